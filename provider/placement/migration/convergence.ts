/**
 * Pure: what to do about a guest that writes to its memory faster than it can be sent.
 *
 * QEMU sends in passes: in each one what the guest wrote during the one before. It stops the guest for the last one when
 * what remains can be sent within the downtime limit. When passes do not get shorter, that is never.
 */
import { type Job, mib } from "./job";

export interface ConvergenceState {
  /** The limit that QEMU has now. */
  downtimeMs: number;
  /** Limit up to which it may be raised. */
  maxDowntimeMs: number;
  /** `possible`: by a second attempt, since QEMU cannot switch it on in between. */
  autoConverge: "on" | "possible" | "never";
  postCopy: "possible" | "begun" | "never";
}

export type ConvergenceAction =
  | { do: "wait" }
  | { do: "raise downtime"; toMs: number }
  | { do: "retry with auto-converge" }
  | { do: "post-copy" }
  | { do: "abort"; reason: string };

/** @param jobs what was seen since the last action was taken, oldest first */
export function nextAction(jobs: readonly Job[], state: ConvergenceState): ConvergenceAction {
  if (state.postCopy === "begun" || !isStalled(jobs)) return { do: "wait" };
  if (state.downtimeMs < state.maxDowntimeMs) {
    const enough = Math.max(neededDowntimeMs(jobs) * 1.2, state.downtimeMs * 1.5);
    return { do: "raise downtime", toMs: Math.min(Math.ceil(enough), state.maxDowntimeMs) };
  }
  if (state.autoConverge === "possible") return { do: "retry with auto-converge" };
  if (state.postCopy === "possible") return { do: "post-copy" };
  return { do: "abort", reason: `It would never have converged: ${figures(jobs)} ${remedies(jobs, state)}` };
}

/** Number of passes in a row that have to be no shorter than the one before them. */
const stalledPasses = 3;
const shorter = 0.9;

/** While the throttle of auto-converge is being changed, nothing is said yet. */
function isStalled(jobs: readonly Job[]): boolean {
  const throttle = jobs.at(-1)?.throttlePercent;
  const passes = passLengths(jobs.filter((job) => job.throttlePercent === throttle));
  const before = passes.at(-stalledPasses - 1);
  return before !== undefined && Math.min(...passes.slice(-stalledPasses)) >= before * shorter;
}

/** Bytes to send at the beginning of each pass except the first, which is all of the memory. */
function passLengths(jobs: readonly Job[]): number[] {
  const longest = new Map<number, number>();
  for (const { iterations, remainingBytes } of jobs)
    if (iterations > 1) longest.set(iterations, Math.max(longest.get(iterations) ?? 0, remainingBytes));
  return [...longest.values()];
}

/** The downtime limit that would let QEMU end it. */
function neededDowntimeMs(jobs: readonly Job[]): number {
  const remaining = passLengths(jobs).at(-1) ?? jobs.at(-1)?.remainingBytes ?? 0;
  const rate = typicalRate(jobs);
  return rate === 0 ? 0 : Math.ceil((remaining / rate) * 1000);
}

/** The rate of one moment says little. */
function typicalRate(jobs: readonly Job[]): number {
  const rates = jobs.map(({ bytesPerSecond }) => bytesPerSecond).sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? 0;
}

/** The numbers that matter, in a sentence. */
export function figures(jobs: readonly Job[]): string {
  const { dirtyBytesPerSecond = 0, remainingBytes = 0 } = jobs.at(-1) ?? {};
  const remaining = passLengths(jobs).at(-1) ?? remainingBytes;
  const dirtied = dirtyBytesPerSecond > 0 ? `the guest dirties ${mib(dirtyBytesPerSecond)}/s of memory, ` : "";
  return `${dirtied}${mib(typicalRate(jobs))}/s are sent, and ${mib(remaining)} remain at each pass.`;
}

export function remedies(jobs: readonly Job[], { maxDowntimeMs, autoConverge, postCopy }: ConvergenceState): string {
  const { dirtyBytesPerSecond = 0 } = jobs.at(-1) ?? {};
  const options = [
    `a maxDowntimeMs of ${Math.ceil(neededDowntimeMs(jobs) * 1.2)} (now ${maxDowntimeMs})`,
    dirtyBytesPerSecond > 0 && `more than ${mib(dirtyBytesPerSecond)}/s of bandwidth`,
    autoConverge === "never" && "autoConverge",
    postCopy === "never" && "postCopy, if the hosts support it",
  ].filter((option) => option !== false);
  return `Any of these would have let it finish: ${options.join(", or ")}.`;
}
