/**
 * Whether a guest whose source waits for the end of its move may have run elsewhere since. A destination that ended with
 * its guest has no QEMU of it any more, just like one where it never ran; but then its disks are newer than the memory that
 * the source still holds.
 */
import type { Placement } from "../placement";
import { candidateOf } from "./candidate";
import type { Located } from "./locate";
import { type Ages, hasAnswered } from "./observation";
import { mayHaveRunElsewhere } from "./operator-advice";

/** Pure. @param leavingForSeconds how long ago the guest began to leave its source, at most */
export function whyItMayHaveRun(leavingForSeconds: number, ages: Ages): string | undefined {
  const { upForSeconds, definedForSeconds } = ages;
  if (upForSeconds === undefined) return "does not say for how long it has been up";
  if (upForSeconds < leavingForSeconds) return "has booted since the move began, as far as can be told";
  if (definedForSeconds !== undefined && definedForSeconds < leavingForSeconds)
    return "has its definition since the move, which is written right before the guest runs";
  return undefined;
}

/** @returns what was seen; unclear, if the guest may have run on another host since its source has let go of it */
export async function unlessItRanElsewhere(placement: Placement, seen: Located, signal: AbortSignal): Promise<Located> {
  const { location, observations } = seen;
  if (location.kind !== "at" || !location.isInterrupted) return seen;
  const { driver } = placement;
  const others = observations.filter(({ hostName }) => hostName !== location.hostName);
  const [leavingForSeconds, ...ages] = await Promise.all([
    driver.leavingForSeconds(candidateOf(placement, location.hostName), signal),
    ...others.map(async (one) =>
      hasAnswered(one) ? driver.ages(candidateOf(placement, one.hostName), signal) : undefined,
    ),
  ]);
  const doubts = others.flatMap(({ hostName }, index) => {
    const known = ages[index];
    const why = known ? whyItMayHaveRun(leavingForSeconds, known) : "is off, so that it cannot say what ran there";
    return why === undefined ? [] : [`${hostName} ${why}.`];
  });
  if (doubts.length === 0) return seen;
  return { ...seen, location: { kind: "unclear", reason: mayHaveRunElsewhere(placement, location, doubts) } };
}
