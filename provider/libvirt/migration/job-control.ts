/** Verbs on a migration job, on its source. @see https://libvirt.org/manpages/virsh.html#domjobabort */
import { CommandFailed } from "../../host/errors";
import type { Host } from "../../host/host";
import { runScript } from "../../host/script";
import type { Jobs } from "../../placement/driver";
import type { Job } from "../../placement/migration/job";
import type { DomainName } from "../../placement/observation";
import { resume, virsh } from "../virsh";
import { parseJob } from "./job";

/** virDomainMigrateFlags */
const tlsFlag = 1 << 16;

/** The record is the domain's status file: the flags that the migration was begun with are nowhere else. */
const script = `virsh --connect qemu:///system domjobinfo "$1" --rawstats
  sed -n "s/.* async='migration out' .* flags='\\(0x[0-9a-f]*\\)'.*/flags \\1/p" "/run/libvirt/qemu/$2.xml" 2>/dev/null || true`;

async function view(host: Host, { uuid, name }: DomainName, signal: AbortSignal): ReturnType<Jobs["view"]> {
  const answer = runScript(host, script, [uuid, name], { signal, timeoutMs: 30_000 });
  const { stdout } = await answer.catch((error: Error) => {
    if (error instanceof CommandFailed) return { stdout: "" };
    throw error;
  });
  const flags = /^flags (0x[0-9a-f]+)$/m.exec(stdout)?.[1];
  return { ...parseJob(stdout), tls: flags === undefined ? undefined : (Number(flags) & tlsFlag) !== 0 };
}

const done = async (host: Host, ...words: string[]): Promise<boolean> =>
  (await host.tryRun(virsh(...words))).exitCode === 0;

export const jobs: Jobs = {
  view,
  resume,
  abort: (host, uuid) => done(host, "domjobabort", uuid),
  /** libvirt lets it go on when it has arrived. */
  suspend: (host, uuid) => done(host, "suspend", uuid),
  postCopy: (host, uuid) => done(host, "migrate-postcopy", uuid),
  maxDowntime: async (host, uuid) => Number((await host.run(virsh("migrate-getmaxdowntime", uuid))).stdout.trim()),
  /** During a job it is for that job; before one it stays with the guest's QEMU. */
  setMaxDowntime: (host, uuid, ms) => done(host, "migrate-setmaxdowntime", uuid, String(ms)),
};

/**
 * The figures, as libvirt on the destination has them: the source has forgotten the domain.
 *
 * @returns undefined when it has none, as after a restart of its daemon
 */
export async function completedJob(
  { uuid }: { uuid: string },
  host: Host,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const words = ["domjobinfo", uuid, "--completed", "--keep-completed", "--rawstats"];
  const { exitCode, stdout } = await host.tryRun(virsh(...words), { signal });
  const job = parseJob(stdout);
  return exitCode === 0 && job.operation === "incoming" ? job : undefined;
}
