/**
 * Pure: the migration job in an answer of `query-migrate`.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (MigrationInfo)
 */
import type { Job } from "../../placement/migration/job";
import type { MigrationInfo } from "../qmp/monitor";
import type { DomainState } from "../states";

/** A post-copy that has lost its connection is not active: it has to be resumed. */
export function jobOf(info: MigrationInfo, { job }: Pick<DomainState, "job">): Job {
  const { ram = {} } = info;
  return {
    active: job !== "none" && info.status !== "postcopy-paused",
    operation: job === "none" ? "other" : job,
    elapsedMs: info["total-time"] ?? 0,
    downtimeMs: info.downtime ?? info["expected-downtime"] ?? 0,
    totalBytes: ram.total ?? 0,
    processedBytes: ram.transferred ?? 0,
    remainingBytes: ram.remaining ?? 0,
    bytesPerSecond: ((ram.mbps ?? 0) * 1_000_000) / 8,
    dirtyBytesPerSecond: (ram["dirty-pages-rate"] ?? 0) * (ram["page-size"] ?? 0),
    iterations: ram["dirty-sync-count"] ?? 0,
    throttlePercent: info["cpu-throttle-percentage"] ?? 0,
  };
}
