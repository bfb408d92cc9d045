/** Verbs on a migration job, on its source. @see https://libvirt.org/manpages/virsh.html#domjobabort */
import { CommandFailed } from "../../host/errors";
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import type { JobControl } from "../../placement/driver";
import type { Job, ObservedJob } from "../../placement/migration/job";
import type { DomainName } from "../../placement/observe/observation";
import { resume, virsh } from "../virsh";
import { parseJob } from "./job";

/** @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMigrateFlags */
const VIR_MIGRATE_TLS = 1 << 16;

/** The record is the domain's status file: the flags that the migration was begun with are nowhere else. */
const script = sh`virsh --connect qemu:///system domjobinfo "$1" --rawstats
  sed -n "s/.* async='migration out' .* flags='\(0x[0-9a-f]*\)'.*/flags \1/p" "/run/libvirt/qemu/$2.xml" 2>/dev/null || true`;

export function jobControl({ uuid, name }: DomainName, source: RemoteHost): JobControl {
  const isDone = async (...argv: string[]) => (await source.tryRun(virsh(...argv))).exitCode === 0;
  return {
    async observe(signal): Promise<ObservedJob> {
      const answer = runScript(source, script, [uuid, name], { signal, timeoutMs: 30_000 });
      const { stdout } = await answer.catch((error: Error) => {
        if (error instanceof CommandFailed) return { stdout: "" };
        throw error;
      });
      const flags = /^flags (0x[0-9a-f]+)$/m.exec(stdout)?.[1];
      return { ...parseJob(stdout), tls: flags === undefined ? undefined : (Number(flags) & VIR_MIGRATE_TLS) !== 0 };
    },
    abort: () => isDone("domjobabort", uuid),
    /** libvirt lets it go on when it has arrived. */
    suspend: () => isDone("suspend", uuid),
    resume: () => resume(source, uuid),
    startPostCopy: () => isDone("migrate-postcopy", uuid),
    maxDowntimeMs: async () => Number((await source.run(virsh("migrate-getmaxdowntime", uuid))).stdout.trim()),
    /** During a job it is for that job; before one it stays with the guest's QEMU. */
    setMaxDowntimeMs: (ms) => isDone("migrate-setmaxdowntime", uuid, String(ms)),
  };
}

/**
 * The figures, as libvirt on the destination has them: the source has forgotten the domain.
 *
 * @returns undefined when it has none, as after a restart of its daemon
 */
export async function completedJob(
  { uuid }: DomainName,
  host: RemoteHost,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const argv = virsh("domjobinfo", uuid, "--completed", "--keep-completed", "--rawstats");
  const { exitCode, stdout } = await host.tryRun(argv, { signal });
  const job = parseJob(stdout);
  return exitCode === 0 && job.operation === "incoming" ? job : undefined;
}
