/** One live migration, peer to peer: the source's libvirt does it, whatever becomes of this process. */
import type { CommandResult } from "../host/host";
import { type Job, parseJob, progressLine } from "./job";
import type { Candidate, DomainName } from "./placement/candidates";
import { migrateUri, tlsUri } from "./uri";
import { virsh } from "./virsh";

export interface MigrationOptions {
  /** Limit of the transfer rate. @default none */
  bandwidthMiBps?: number | undefined;
}

/** What a migration turned out to be. */
export interface MigrationRecord {
  from: string;
  to: string;
  /** From the beginning of the job to its end. */
  totalTimeMs: number;
  /** The guest stood still for that long. */
  downtimeMs: number;
  /** Sent from host to host. */
  bytes: number;
  iterations: number;
  /** Whether QEMU's stream was encrypted. */
  encrypted: boolean;
}

/** Pure: what is run on the source. @see https://libvirt.org/manpages/virsh.html#migrate */
export function migrateCommand({ uuid }: DomainName, address: string, { bandwidthMiBps }: MigrationOptions): string[] {
  return [
    ...virsh("migrate", "--live", "--p2p", "--persistent", "--undefinesource", "--tls"),
    ...(bandwidthMiBps === undefined ? [] : ["--bandwidth", String(bandwidthMiBps)]),
    ...["--migrateuri", migrateUri(address), "--domain", uuid, "--desturi", tlsUri(address)],
  ];
}

/** Migrations of large, busy guests take hours; what ends one that hangs is libvirt's keepalive. */
const patienceMs = 7 * 24 * 3600 * 1000;

/**
 * Runs it to its end, whatever that is.
 *
 * @throws ConnectionLost when the source can no longer be asked: the migration goes on there
 */
export async function migrate(
  domain: DomainName,
  { from, to, options, signal }: { from: Candidate; to: Candidate; options: MigrationOptions; signal: AbortSignal },
): Promise<CommandResult> {
  return from.host.tryRun(migrateCommand(domain, to.address, options), { timeoutMs: patienceMs, signal });
}

const pollMs = 1000;

/** Tells how a job goes, until `ended`. Looking never fails: the job is what counts. */
export async function watchJob(
  { uuid }: DomainName,
  from: Candidate,
  tell: (line: string) => void,
  ended: AbortSignal,
): Promise<void> {
  const commands = virsh("domjobinfo", uuid, "--rawstats");
  while (!ended.aborted) {
    const pause = AbortSignal.any([ended, AbortSignal.timeout(pollMs)]);
    const look = from.host.tryRun(commands, { timeoutMs: 30_000, signal: ended }).catch(() => undefined);
    const job = parseJob((await look)?.stdout ?? "");
    if (job.active && !ended.aborted) tell(progressLine(job));
    await aborted(pause);
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/**
 * The figures, as libvirt on the destination has them: the source has forgotten the domain.
 *
 * @returns undefined when it has none, as after a restart of its daemon
 */
export async function completedJob({ uuid }: DomainName, to: Candidate, signal: AbortSignal): Promise<Job | undefined> {
  const words = ["domjobinfo", uuid, "--completed", "--keep-completed", "--rawstats"];
  const { exitCode, stdout } = await to.host.tryRun(virsh(...words), { signal });
  const job = parseJob(stdout);
  return exitCode === 0 && job.operation === "incoming" ? job : undefined;
}
