/** Pure: a migration job's figures, in bytes and milliseconds. */
export interface Job {
  active: boolean;
  operation: "outgoing" | "incoming" | "other";
  elapsedMs: number;
  /** Between the stop on the source and the start on the destination; expected as long as the job is active. */
  downtimeMs: number;
  totalBytes: number;
  processedBytes: number;
  remainingBytes: number;
  bytesPerSecond: number;
  /** Rate at which the guest writes to its memory; known from the second pass on. */
  dirtyBytesPerSecond: number;
  /** Passes: how often all of the memory that was dirtied meanwhile has been gone through. */
  iterations: number;
  /** Share of the time for which auto-converge keeps the guest's CPUs from running. */
  throttlePercent: number;
}

/** A job as its source shows it. */
export interface ObservedJob extends Job {
  /** True when the stream is TLS, as the source has recorded it; undefined without a record. */
  tls: boolean | undefined;
}

/** One line of progress: percent, bytes, remaining, rate, pass, seconds. */
export function progressLine(job: Job): string {
  const { totalBytes, processedBytes, remainingBytes, bytesPerSecond, dirtyBytesPerSecond, iterations } = job;
  const seconds = `${Math.round(job.elapsedMs / 1000)} s`;
  if (totalBytes === 0) return `preparing, ${seconds}`;
  const percent = Math.floor((1 - remainingBytes / totalBytes) * 100);
  const parts = [
    `${percent} %`,
    `${mib(processedBytes)} sent`,
    `${mib(remainingBytes)} of ${mib(totalBytes)} remaining`,
    bytesPerSecond > 0 && `${mib(bytesPerSecond)}/s`,
    iterations > 1 && `pass ${iterations}`,
    dirtyBytesPerSecond > 0 && `${mib(dirtyBytesPerSecond)}/s dirtied`,
    job.throttlePercent > 0 && `guest throttled by ${job.throttlePercent} %`,
    seconds,
  ];
  return parts.filter((part) => part !== false).join(", ");
}

export const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
