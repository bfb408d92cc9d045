/** Asks all the hosts where a domain may be, and finds it: as it is, or once nothing moves it any more. */
import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../../util/operation";
import { pause } from "../../util/pause";
import { retryUntil } from "../../util/policy";
import { type Candidate, candidateOf } from "../observe/candidate";
import { type Located, type Location, locate, type SettledLocation } from "../observe/locate";
import { ChangedWhileReading, hasAnswered, isSilent, isUnreachable } from "../observe/observation";
import { observeCandidates } from "../observe/observe-candidates";
import { unlessItRanElsewhere } from "../observe/ran-since";
import type { Placement } from "../placement";
import { MigrationFailed } from "./errors";
import { MigrationMonitor, type Monitored } from "./monitor";
import { type MigrationRecord, recordOf } from "./record";

/** A state of the hosts in which nothing may be decided without the operator. */
export class PlacementUnclear extends Error {
  constructor(name: string, reason: string) {
    super(`${name}: ${reason}`);
    this.name = "PlacementUnclear";
  }
}

export interface SettledGuest extends Located<SettledLocation> {
  /** Migrations that have ended since the state was written, oldest first. */
  records: MigrationRecord[];
}

/** Time for which a domain may come and go while it is read, in milliseconds. */
const changingMs = 60_000;
/** Time that a daemon may take to be restarted, or a monitor to get round to us, in milliseconds. */
const restartMs = 20_000;
/** Number of times that an alarming answer is checked again, as long as it changes. */
const secondLooks = 5;

/** Time between an alarming answer and the next question, in milliseconds. */
const secondLookAfterMs = 500;

interface LocateOptions {
  /** How long the hosts have said the same. @default 0 */
  unchangedForMs?: number;
  /** What a host was asked before this moment, by `performance.now()`, will not do. */
  newerThanMs?: number | undefined;
  /** Where the same operation has located it before: what is alarming and the same now has been looked at again. */
  before?: Location | undefined;
}

/**
 * Answers come one after another: a guest that moves meanwhile can be seen on no host, or on two. So what would be
 * alarming is looked at again, until it is the same twice.
 *
 * @throws ChangedWhileReading
 */
export async function locateGuest(
  placement: Placement,
  signal: AbortSignal,
  options: LocateOptions = {},
): Promise<Located> {
  return unlessItRanElsewhere(placement, await lookUntilSure(placement, signal, options), signal);
}

async function lookUntilSure(
  placement: Placement,
  signal: AbortSignal,
  { unchangedForMs = 0, newerThanMs, before }: LocateOptions,
): Promise<Located> {
  const look = async (newerThan: number | undefined): Promise<Located> => {
    const observations = await observeCandidates(placement, signal, newerThan);
    return { observations, unchangedForMs, location: locate(observations, placement, unchangedForMs) };
  };
  const lookWhileChanging = (first: number | undefined) => {
    let newerThan = first;
    const after = (error: Error) => {
      newerThan = performance.now();
      return error instanceof ChangedWhileReading;
    };
    return retryUntil(() => look(newerThan), { everyMs: 500, timeoutMs: changingMs, signal, after });
  };
  let seen = await lookWhileChanging(newerThanMs);
  for (const since = Date.now(); seen.observations.some(isSilent) && Date.now() - since < restartMs; ) {
    await pause(1000, signal);
    seen = await lookWhileChanging(performance.now());
  }
  if (before && isDeepStrictEqual(seen.location, before)) return seen;
  for (let again = 0; again < secondLooks && isAlarming(seen); again++) {
    const newerThan = lastAnswerMs(seen) + secondLookAfterMs;
    await pause(Math.max(0, newerThan - performance.now()) + 1, signal); // timers may be early by a part of a millisecond
    const next = await lookWhileChanging(newerThan);
    if (isDeepStrictEqual(next.location, seen.location)) return next;
    seen = next;
  }
  return seen;
}

/** When all had answered: what is asked later does not overlap with any of these answers. */
function lastAnswerMs({ observations }: Located): number {
  const now = performance.now();
  return Math.max(...observations.map((one) => (hasAnswered(one) && one.answeredAtMs) || now));
}

function isAlarming({ location, observations }: Located): boolean {
  if (location.kind === "at") return location.isInterrupted || location.staleCopies.length > 0;
  if (location.kind === "unclear") return !observations.some((one) => isUnreachable(one) || isSilent(one)); // that has been waited for
  return location.kind !== "moving";
}

/**
 * A migration that an earlier run or an operator began is waited for; none is ever begun beside it. An operation that
 * acts also steers it: towards its deadline, and to its end by Ctrl-C.
 *
 * @param before where the same operation has located it before
 * @throws PlacementUnclear; MigrationFailed when it was steered and came to nothing
 */
export async function waitUntilSettled(
  placement: Placement,
  operation: Operation,
  before?: SettledLocation,
): Promise<SettledGuest> {
  const { joined, ...settled } = await joinUntilSettled(placement, operation, { before });
  const { location } = settled;
  if (!joined) return { ...settled, records: [] };
  const hasArrived = location.kind === "at" && location.hostName === joined.to.name;
  if (joined.abortReason?.do === "give up" && !hasArrived)
    throw new MigrationFailed(
      `${placement.domain.name} was not moved to ${joined.to.name}.`,
      joined.abortReason.reason,
    );
  return { ...settled, records: hasArrived ? [joined.record] : [] };
}

/** A migration that was watched from somewhere in its middle to its end. */
interface Joined extends Monitored {
  to: Candidate;
  record: MigrationRecord;
}

interface JoinOptions {
  /** True when whoever asks has held it still. @default false */
  wasSuspended?: boolean;
  /** Where the same operation has located it before. */
  before?: SettledLocation | undefined;
}

/**
 * A guest that was held still for a migration goes on, wherever it is then.
 *
 * @throws PlacementUnclear
 */
export async function joinUntilSettled(
  placement: Placement,
  operation: Operation,
  { wasSuspended = false, before }: JoinOptions = {},
): Promise<Located<SettledLocation> & { joined: Joined | undefined }> {
  const { name } = placement.domain;
  let joined: Joined | undefined;
  let isSuspended = wasSuspended;
  let [last, since]: [Location | undefined, number] = [undefined, Date.now()];
  let newerThanMs: number | undefined;
  for (;;) {
    const unchangedForMs = Date.now() - since;
    const seen = await locateGuest(placement, operation.signal, { unchangedForMs, newerThanMs, before });
    const { location } = seen;
    newerThanMs = performance.now();
    if (!isDeepStrictEqual(location, last)) since = Date.now();
    last = location;
    if (location.kind === "unclear") throw new PlacementUnclear(name, location.reason);
    if (location.kind !== "moving") {
      if (!isSuspended || location.kind !== "at" || location.domain.state !== "paused")
        return { ...seen, location, joined };
      await placement.driver.job(candidateOf(placement, location.hostName).host).resume();
      isSuspended = false;
      continue;
    }
    operation.signal.throwIfAborted();
    if (operation.cancelled.aborted && !operation.acts) throw new PlacementUnclear(name, "A migration of it goes on.");
    const watched = await join(placement, location, operation);
    joined = watched ?? joined;
    isSuspended ||= watched?.isSuspended ?? false;
  }
}

/** @returns what was seen of it, if anything was */
async function join(
  { candidates, limits, driver }: Placement,
  moving: Extract<Location, { kind: "moving" }>,
  operation: Operation,
): Promise<Joined | undefined> {
  const [from, to] = [moving.from, moving.to].map((name) => candidates.find((one) => one.name === name));
  operation.progress("a migration is under way: waiting for its end");
  if (!from || !to) {
    await pause(1000, operation.signal); // it begins or ends just now, or a side is no candidate
    return undefined;
  }
  const control = driver.job(from.host);
  const job = { from, to, control, limits: operation.acts ? limits : undefined, previousAttemptsMs: 0, isJoined: true };
  const monitored = await new MigrationMonitor(job, operation).untilGone();
  if (monitored.last === undefined) return undefined;
  const figures = await driver.lastJob(from, to, operation.signal);
  const route = { from: from.name, to: to.name, encrypted: monitored.tls };
  return { ...monitored, to, record: recordOf(route, figures ?? monitored.last, new Date()) };
}
