/** Verbs on a migration job, on its source. @see https://libvirt.org/manpages/virsh.html#domjobabort */
import { CommandFailed } from "../../host/errors";
import type { Host } from "../../host/host";
import { runScript } from "../../host/script";
import { virsh } from "../virsh";
import { type Job, parseJob } from "./job";

/** virDomainMigrateFlags */
const tlsFlag = 1 << 16;

export interface JobView extends Job {
  /** libvirt's own record of the job says that QEMU's stream is TLS; undefined without a record. */
  tls: boolean | undefined;
}

/** The record is the domain's status file: the flags that the migration was begun with are nowhere else. */
const script = `virsh --connect qemu:///system domjobinfo "$1" --rawstats
  sed -n "s/.* async='migration out' .* flags='\\(0x[0-9a-f]*\\)'.*/flags \\1/p" "/run/libvirt/qemu/$2.xml" 2>/dev/null || true`;

/** @returns what the job looks like now; not active when there is none, or no such domain any more */
export async function viewJob(
  host: Host,
  { uuid, name }: { uuid: string; name: string },
  signal: AbortSignal,
): Promise<JobView> {
  const answer = runScript(host, script, [uuid, name], { signal, timeoutMs: 30_000 });
  const { stdout } = await answer.catch((error: Error) => {
    if (error instanceof CommandFailed) return { stdout: "" };
    throw error;
  });
  const flags = /^flags (0x[0-9a-f]+)$/m.exec(stdout)?.[1];
  return { ...parseJob(stdout), tls: flags === undefined ? undefined : (Number(flags) & tlsFlag) !== 0 };
}

/** Ends it; the guest goes on where it is. Fails in post-copy, when its memory is on both sides. */
export const abortJob = (host: Host, uuid: string) => host.tryRun(virsh("domjobabort", uuid));

/** Holds the guest still, so that nothing more is dirtied; libvirt lets it go on when it has arrived. */
export const suspendForJob = (host: Host, uuid: string) => host.tryRun(virsh("suspend", uuid));

/** Starts the guest on the destination; memory that is not there yet is fetched when it is touched. */
export const switchToPostCopy = (host: Host, uuid: string) => host.tryRun(virsh("migrate-postcopy", uuid));

/** During a job it is for that job; before one it stays with the guest's QEMU. */
export const setMaxDowntime = (host: Host, uuid: string, ms: number) =>
  host.tryRun(virsh("migrate-setmaxdowntime", uuid, String(ms)));

/** In milliseconds. */
export async function maxDowntime(host: Host, uuid: string): Promise<number> {
  return Number((await host.run(virsh("migrate-getmaxdowntime", uuid))).stdout.trim());
}

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
