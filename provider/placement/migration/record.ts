/** Records of finished migrations. */
import type { Job } from "./job";

export interface MigrationRecord {
  /** Name of the host that the guest has left. */
  from: string;
  /** Name of the host that the guest has reached. */
  to: string;
  /** From the beginning of the job to its end. */
  totalTimeMs: number;
  /** Time that the guest was paused. */
  downtimeMs: number;
  /** Sent from host to host. */
  bytes: number;
  /** Passes through the memory that was dirtied meanwhile. */
  iterations: number;
  /** True when the memory was encrypted on its way; absent when someone else moved it and this is unknown. */
  encrypted?: boolean | undefined;
  /** `qemu+tls`, `qemu+ssh` or `qemu+tcp`, or `qemu` without libvirt; absent when it was moved by someone else. */
  transport?: string | undefined;
  /** When this provider learnt of it, as ISO 8601 in UTC. */
  recordedAt: string;
}

type Route = Pick<MigrationRecord, "from" | "to" | "encrypted" | "transport">;

/** @param job after its end; else the last that was seen of it */
export function recordOf(route: Route, job: Job | undefined, now: Date): MigrationRecord {
  return {
    ...route,
    totalTimeMs: job?.elapsedMs ?? 0,
    downtimeMs: job?.downtimeMs ?? 0,
    bytes: job?.processedBytes ?? 0,
    iterations: job?.iterations ?? 0,
    recordedAt: now.toISOString(),
  };
}

const kept = 10;

/** Newest first. @param records oldest first */
export const withRecords = (
  history: readonly MigrationRecord[] | undefined,
  records: readonly MigrationRecord[],
): MigrationRecord[] => [...records.toReversed(), ...(history ?? [])].slice(0, kept);
