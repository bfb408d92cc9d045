/**
 * Every code that a finding may have, with its severity. A code never changes its meaning.
 *
 * - `error`: the step would fail, and no other resource mends that.
 * - `error for now`: it would fail as things are, and another resource of the same run may mend it before: a mount, a
 *   certificate, an image, a guest that leaves first. A preview says it and goes on; an update refuses.
 * - `warning`: it may go wrong later, or nobody could find out.
 */
type Severity = "error" | "error for now" | "warning";

export const findingCodes = {
  "image-missing": "error for now",
  "image-different": "error",
  "memory-short": "error for now",
  "image-without-lock": "warning",
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof findingCodes;
