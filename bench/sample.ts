/** What a part of the bench measures. */
export interface Sample {
  /** What was measured, e.g. `refresh`. */
  what: string;
  /** Of whom: `ours`, or what it is compared with. */
  of: string;
  /** Number of guests. */
  guests?: number;
  /** Number of hosts, where it varies. */
  hosts?: number;
  value: number;
  unit: "s" | "ms" | "bytes" | "MiB" | "commands" | "connections";
}

/** A number of these, in order. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The median of all samples that agree with this; undefined when there is none. */
export function medianOf(samples: readonly Sample[], like: Partial<Sample>): number | undefined {
  const agrees = (sample: Sample) =>
    Object.entries(like).every(([key, value]) => sample[key as keyof Sample] === value);
  return median(samples.filter(agrees).map(({ value }) => value));
}

/** @returns what `work` returns, and its duration in milliseconds */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}
