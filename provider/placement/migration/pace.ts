/**
 * Pure: how often a migration job is looked at. A look takes CPU time on the source, which the guest's last pass needs too: what
 * runs then keeps the guest still for longer.
 */
import type { Job } from "./job";

const pollMs = 1000;
/** Of the time, looks may take one part of so many. */
const shareOfLooks = 5;
/** From the end of the first pass until a guest that is not busy runs on the destination, in milliseconds. */
const switchoverMs = 1500;
/** Whatever is expected: what steers a job has to see it. */
const longestPauseMs = 5000;

type Pass = Pick<Job, "remainingBytes" | "bytesPerSecond" | "iterations">;

/**
 * @param job as seen last; undefined when nothing is known of it
 * @param lookMs how long that look took
 * @returns the pause before the next one, in milliseconds
 */
export function pauseMs(job: Pass | undefined, lookMs: number): number {
  const usual = Math.max(pollMs, lookMs * (shareOfLooks - 1));
  const sentInMs = firstPassEndsInMs(job);
  return Math.min(sentInMs <= usual + lookMs ? sentInMs + switchoverMs : usual, longestPauseMs);
}

/** Most guests are switched over after it. Those that are not are busy, and their later passes tell whether they converge. */
function firstPassEndsInMs(job: Pass | undefined): number {
  if (!job || job.bytesPerSecond === 0 || job.iterations > 1) return Number.POSITIVE_INFINITY;
  return (job.remainingBytes / job.bytesPerSecond) * 1000;
}
