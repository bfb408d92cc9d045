/** What a migration turned out to be. */
import type { Job } from "./job";

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
  /** Whether the memory was encrypted on its way; absent when it was moved by somebody else and nobody saw. */
  encrypted?: boolean | undefined;
  /** `qemu+tls`, `qemu+ssh` or `qemu+tcp`, or `qemu` without libvirt; absent when it was moved by somebody else. */
  transport?: string | undefined;
  /** When this provider learnt of it, as ISO 8601 in UTC. */
  recordedAt: string;
}

/** What is known of a move beside its figures. */
export type Known = Pick<MigrationRecord, "from" | "to" | "encrypted" | "transport">;

/** @param job after its end; else the last that was seen of it */
export function recordOf(known: Known, job: Job | undefined, now: Date): MigrationRecord {
  return {
    ...known,
    totalTimeMs: job?.elapsedMs ?? 0,
    downtimeMs: job?.downtimeMs ?? 0,
    bytes: job?.processedBytes ?? 0,
    iterations: job?.iterations ?? 0,
    recordedAt: now.toISOString(),
  };
}

const kept = 10;

/** Newest first. */
export const withRecord = (
  history: readonly MigrationRecord[] | undefined,
  record: MigrationRecord | undefined,
): MigrationRecord[] => [...(record ? [record] : []), ...(history ?? [])].slice(0, kept);
