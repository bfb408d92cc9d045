/**
 * Pure: what `virsh domjobinfo --rawstats` prints; its numbers are in bytes and milliseconds.
 *
 * @see https://libvirt.org/manpages/virsh.html#domjobinfo
 */
import type { Job } from "../../placement/migration/job";

/** @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainJobOperation */
const VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN = 4;
const VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT = 5;

/** @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainJobType */
const VIR_DOMAIN_JOB_BOUNDED = 1;
const VIR_DOMAIN_JOB_UNBOUNDED = 2;

const operations: Readonly<Record<number, Job["operation"]>> = {
  [VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN]: "incoming",
  [VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT]: "outgoing",
};

export function parseJob(rawStats: string): Job {
  const fields = new Map(
    rawStats.split("\n").map((line) => {
      const [key = "", value = ""] = line.split(":", 2);
      return [key.trim(), Number(value)];
    }),
  );
  const field = (key: string) => fields.get(key) ?? 0;
  return {
    active: [VIR_DOMAIN_JOB_BOUNDED, VIR_DOMAIN_JOB_UNBOUNDED].includes(field("Job type")),
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
