/** Asks all the hosts where a domain may be, and finds it. */

import { isDeepStrictEqual } from "node:util";
import { pause } from "../util/pause";
import { retryUntil } from "../util/policy";
import { type Located, locate } from "./locate";
import { ChangedWhileReading, isUnreachable, type Observation } from "./observation";
import type { Placement } from "./placement";

async function observeCandidates({ candidates, driver }: Placement, signal: AbortSignal): Promise<Observation[]> {
  const answers = await Promise.allSettled(candidates.map(({ host }) => driver.observe(host, signal)));
  signal.throwIfAborted();
  return answers.map((answer, index) => {
    const hostName = candidates[index]?.name ?? "";
    if (answer.status === "fulfilled") return { hostName, ...answer.value };
    if (answer.reason instanceof ChangedWhileReading) throw answer.reason;
    return { hostName, unreachable: (answer.reason as Error).message };
  });
}

/** How long a domain may come and go while it is read, in milliseconds. */
const changingMs = 60_000;
/** How often what is alarming is looked at again, as long as it changes. */
const secondLooks = 5;

/**
 * Answers come one after another: a guest that moves meanwhile can be seen on no host, or on two. So what would be
 * alarming is looked at again, until it is the same twice.
 *
 * @throws ChangedWhileReading
 */
export async function locateGuest(placement: Placement, signal: AbortSignal, unchangedForMs = 0): Promise<Located> {
  const look = async (): Promise<Located> => {
    const observations = await observeCandidates(placement, signal);
    return { observations, unchangedForMs, location: locate(observations, placement, unchangedForMs) };
  };
  const after = (error: Error) => error instanceof ChangedWhileReading;
  const lookWhileChanging = () => retryUntil(look, { everyMs: 500, timeoutMs: changingMs, signal, after });
  let seen = await lookWhileChanging();
  for (let again = 0; again < secondLooks && isAlarming(seen); again++) {
    await pause(500, signal);
    const next = await lookWhileChanging();
    if (isDeepStrictEqual(next.location, seen.location)) return next;
    seen = next;
  }
  return seen;
}

function isAlarming({ location, observations }: Located): boolean {
  if (location.kind === "at") return location.isInterrupted || location.staleCopies.length > 0;
  if (location.kind === "unclear") return !observations.some(isUnreachable); // that has been waited for
  return location.kind !== "moving";
}
