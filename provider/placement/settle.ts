/** Where a domain is, once nothing moves it any more. */
import { isDeepStrictEqual } from "node:util";
import { pause } from "../util/pause";
import { type Sought, type Whereabouts, whereabouts } from "./candidates";
import type { Location } from "./locate";
import { MigrationFailed } from "./migration/failed";
import { follow, type Ways } from "./migration/follow";
import type { MigrationLimits } from "./migration/limits";
import { type MigrationRecord, recordOf } from "./migration/record";
import type { Placed } from "./plan";

export type Moving = Sought & { limits: MigrationLimits };

/** A state of the hosts in which nothing may be decided without the operator. */
export class PlacementUnclear extends Error {
  constructor(name: string, reason: string) {
    super(`${name}: ${reason}`);
    this.name = "PlacementUnclear";
  }
}

export type Settled = Whereabouts & {
  location: Placed;
  /** Of a migration that somebody else had begun, and that ended under our eyes. */
  joined?: MigrationRecord | undefined;
};

/**
 * A migration that an earlier run or an operator began is waited for; none is ever begun beside it.
 *
 * @param acts whether it may be steered: towards its deadline, and ended by Ctrl-C
 * @throws PlacementUnclear; MigrationFailed when it was steered and came to nothing
 */
export async function settle(sought: Moving, ways: Ways, acts: boolean): Promise<Settled> {
  const { domain } = sought;
  let joined: Joined | undefined;
  let [last, since]: [Location | undefined, number] = [undefined, Date.now()];
  for (;;) {
    const seen = await whereabouts(sought, ways.signal, Date.now() - since);
    const { location } = seen;
    if (!isDeepStrictEqual(location, last)) since = Date.now();
    last = location;
    if (location.kind === "unclear") throw new PlacementUnclear(domain.name, location.reason);
    if (location.kind !== "moving") {
      const arrived = location.kind === "at" && location.host === joined?.record.to;
      if (joined?.failure !== undefined && !arrived)
        throw new MigrationFailed(`${domain.name} was not moved to ${joined.record.to}.`, joined.failure);
      return { ...seen, location, joined: arrived ? joined?.record : undefined };
    }
    ways.signal.throwIfAborted();
    if (ways.cancelled.aborted && !acts) throw new PlacementUnclear(domain.name, "A migration of it goes on.");
    joined = (await join(sought, location, ways, acts)) ?? joined;
  }
}

interface Joined {
  record: MigrationRecord;
  failure: string | undefined;
}

/** @returns what was seen of it, if anything was */
async function join(
  { domain, candidates, limits, driver }: Moving,
  moving: Extract<Location, { kind: "moving" }>,
  ways: Ways,
  acts: boolean,
): Promise<Joined | undefined> {
  const [from, to] = [moving.from, moving.to].map((name) => candidates.find((one) => one.name === name));
  ways.progress("a migration is under way: waiting for its end");
  if (!from || !to) {
    await pause(1000, ways.signal); // it begins or ends just now, or a side is no candidate
    return undefined;
  }
  const steered = acts ? limits : undefined;
  const { last, tls, verdict } = await follow(
    { domain, from, to, limits: steered, jobs: driver.jobs, joined: true },
    ways,
  );
  if (last === undefined) return undefined;
  const job = await driver.completed(from, to, ways.signal);
  return {
    record: recordOf({ from: from.name, to: to.name, encrypted: tls }, job ?? last, new Date()),
    failure: verdict?.do === "give up" ? verdict.reason : undefined,
  };
}
