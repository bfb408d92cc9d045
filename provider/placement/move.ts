/** One live migration, from the first look to the last. */
import { anySignal } from "../util/signals";
import type { Candidate } from "./candidates";
import type { Departure, Driver, Outcome } from "./driver";
import { MigrationFailed } from "./migration/failed";
import { type Followed, follow, type Ways } from "./migration/follow";
import { defaultMaxDowntimeMs, type MigrationLimits } from "./migration/limits";
import { type MigrationRecord, recordOf } from "./migration/record";
import { MigrationSlots } from "./migration/slots";
import type { DomainName } from "./observation";
import type { Placed } from "./plan";
import type { Settled } from "./settle";

export interface Move {
  domain: DomainName;
  from: Candidate;
  to: Candidate;
  limits: MigrationLimits;
  driver: Driver;
  /** Looks at all candidates, and waits for a migration that is under way. */
  settled: () => Promise<Settled>;
  ways: Ways;
}

export interface Moved {
  record: MigrationRecord;
  /** Both sides, looked at after the move. */
  seen: Settled;
}

const slots = new MigrationSlots();

/**
 * Whatever is said of it, both sides are looked at afterwards: they are what counts.
 *
 * @throws MigrationFailed when the guest is not on the destination
 */
export async function move(trip: Move): Promise<Moved> {
  const { domain, from, to, ways, settled } = trip;
  const ends = {
    from: { key: from.address, max: from.maxOutgoingMigrations },
    to: { key: to.address, max: to.maxIncomingMigrations },
  };
  let waited = false;
  const onWait = () => {
    waited = true;
    ways.progress(`migrating ${from.name} => ${to.name}: waiting for other migrations of these hosts`);
  };
  const waiting = anySignal(ways.signal, ways.cancelled);
  return slots
    .within(ends, waiting, onWait, async () => {
      const location = waited ? (await settled()).location : undefined;
      if (location && (location.kind !== "at" || location.host !== from.name))
        throw notMoved(trip, location, "It was moved by something else meanwhile.");
      return await moveNow(trip);
    })
    .catch((error: unknown) => {
      if (error !== ways.cancelled.reason) throw error;
      throw new MigrationFailed(`${domain.name} was not moved from ${from.name} to ${to.name}.`, "Cancelled.");
    });
}

async function moveNow(trip: Move): Promise<Moved> {
  const { domain, from, to, limits, driver, settled, ways } = trip;
  const way = `migrating ${from.name} => ${to.name}`;
  if (ways.cancelled.aborted) throw ways.cancelled.reason;
  ways.progress(`${way}: preparing`);
  const departure = driver.depart(from, to, ways.signal);
  const restoreDowntime = await lowerDowntime(trip);
  let slowGuest = false;
  let alreadyMs = 0;
  for (;;) {
    await departure.prepare();
    const { said, figures, followed } = await travel(trip, departure, slowGuest, alreadyMs);
    ways.progress(`${way}: verifying`);
    const seen = await settled();
    const { location } = seen;
    const { last, tls, verdict, suspended } = followed;
    const place = location.kind === "at" ? location : undefined;
    if (suspended && place?.domain.state === "paused")
      await driver.jobs.resume((place.host === to.name ? to : from).host, domain.uuid);
    if (place?.host === to.name) {
      const job = await driver.completed(from, to, ways.signal);
      await departure.arrived();
      if (verdict?.do === "give up" && limits.tls !== undefined && tls === false)
        throw new MigrationFailed(`${domain.name} is on ${to.name} now.`, verdict.reason);
      const known = { from: from.name, to: to.name, ...departure.known };
      const record = recordOf(known, job ?? figures ?? last, new Date());
      return { seen: place.shells.length > 0 ? await settled() : seen, record };
    }
    if (place?.host === from.name) await Promise.all([departure.withdraw(place), restoreDowntime()]);
    if (verdict?.do !== "begin anew with auto-converge" || place?.host !== from.name || ways.cancelled.aborted)
      throw notMoved(trip, place?.cutOff ? (await settled()).location : location, verdictOr(said, followed));
    alreadyMs += last?.elapsedMs ?? 0;
    slowGuest = true;
  }
}

const verdictOr = (said: string, { verdict }: Followed) => (verdict?.do === "give up" ? verdict.reason : said);

async function travel(
  { domain, from, to, limits, driver, ways }: Move,
  departure: Departure,
  slowGuest: boolean,
  alreadyMs: number,
): Promise<Outcome & { followed: Followed }> {
  const going = await departure.start(slowGuest);
  const over = new AbortController();
  const ended = going.ended?.finally(() => over.abort());
  const trip = { domain, from, to, limits: slowed(limits, slowGuest), jobs: driver.jobs, joined: false, alreadyMs };
  const followed = await follow(trip, ways, ended && over.signal);
  await ended;
  return { ...(await going.outcome()), followed };
}

const slowed = (limits: MigrationLimits, slowGuest: boolean): MigrationLimits =>
  slowGuest ? { ...limits, autoConverge: true } : limits;

/** A lower limit has to hold from the beginning; a higher one is reached in steps when it is needed. */
async function lowerDowntime({ domain, from, limits, driver: { jobs } }: Move): Promise<() => Promise<void>> {
  const { maxDowntimeMs } = limits;
  if (maxDowntimeMs === undefined || maxDowntimeMs >= defaultMaxDowntimeMs) return async () => {};
  const before = await jobs.maxDowntime(from.host, domain.uuid);
  await jobs.setMaxDowntime(from.host, domain.uuid, maxDowntimeMs);
  return async () => void (await jobs.setMaxDowntime(from.host, domain.uuid, before));
}

function notMoved({ domain, from, to }: Move, location: Placed, why: string): MigrationFailed {
  return new MigrationFailed(`${domain.name} was not moved from ${from.name} to ${to.name}. ${now(location)}`, why);
}

function now(location: Placed): string {
  if (location.kind === "at") return `It is ${location.domain.state} on ${location.host}.`;
  if (location.kind === "nowhere") return "It is on none of the candidates now.";
  return `Its memory is on ${location.from.host} and on ${location.to.host}: \`pulumi up\` goes on with its post-copy.`;
}
