/**
 * Pure: what `virsh domjobinfo --rawstats` prints; its numbers are in bytes and milliseconds.
 *
 * @see https://libvirt.org/manpages/virsh.html#domjobinfo
 */
import type { Job } from "../../placement/migration/job";

/** virDomainJobOperation */
const operations: Readonly<Record<number, Job["operation"]>> = { 4: "incoming", 5: "outgoing" };

export function parseJob(rawStats: string): Job {
  const fields = new Map(
    [...rawStats.matchAll(/^\s*([\w ]+): +(\d+)$/gm)].map(([, key = "", value]) => [key, Number(value)]),
  );
  const field = (key: string) => fields.get(key) ?? 0;
  return {
    active: [1, 2].includes(field("Job type")), // bounded, unbounded
    operation: operations[field("operation")] ?? "other",
    elapsedMs: field("time_elapsed"),
    downtimeMs: field("downtime"),
    totalBytes: field("data_total"),
    processedBytes: field("data_processed"),
    remainingBytes: field("data_remaining"),
    bytesPerSecond: field("memory_bps"),
    dirtyBytesPerSecond: field("memory_dirty_rate") * field("memory_page_size"),
    iterations: field("memory_iteration"),
    throttlePercent: field("auto_converge_throttle"),
  };
}
