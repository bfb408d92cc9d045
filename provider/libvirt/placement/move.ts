/** One live migration, from the first look to the last. */
import { anySignal } from "../../util/signals";
import { MigrationFailed } from "../errors";
import { migrateCommand } from "../migration/command";
import { type Followed, follow, type Ways } from "../migration/follow";
import type { Job } from "../migration/job";
import { completedJob, maxDowntime, setMaxDowntime } from "../migration/job-control";
import { isEncrypted, type MigrationOptions } from "../migration/options";
import { type MigrationRecord, recordOf, transportOf } from "../migration/record";
import { runMigration } from "../migration/run";
import { MigrationSlots } from "../migration/slots";
import { defaultMaxDowntimeMs } from "../migration/steering";
import { resume } from "../virsh";
import type { Candidate } from "./candidates";
import type { Luggage } from "./luggage";
import type { DomainName } from "./observation";
import type { Placed } from "./plan";
import type { Settled } from "./settle";

export interface Move {
  domain: DomainName;
  from: Candidate;
  to: Candidate;
  options: MigrationOptions;
  /** Images that go along. */
  luggage: Luggage;
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
 * Whatever the command says, both sides are looked at afterwards: they are what counts.
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
  const { domain, from, to, options, luggage, settled, ways } = trip;
  const way = `migrating ${from.name} => ${to.name}`;
  if (ways.cancelled.aborted) throw ways.cancelled.reason;
  ways.progress(`${way}: preparing`);
  const restoreDowntime = await lowerDowntime(trip);
  let attempt = options;
  let alreadyMs = 0;
  for (;;) {
    await luggage.prepare();
    const { said, figures, followed } = await run({ ...trip, options: attempt }, alreadyMs);
    ways.progress(`${way}: verifying`);
    const seen = await settled();
    const { location } = seen;
    const { last, tls, verdict, suspended } = followed;
    const place = location.kind === "at" ? location : undefined;
    if (suspended && place?.domain.state === "paused")
      await resume((place.host === to.name ? to : from).host, domain.uuid);
    if (place?.host === to.name) {
      await luggage.arrived();
      if (verdict?.do === "give up" && options.data === "tls" && tls === false)
        throw new MigrationFailed(`${domain.name} is on ${to.name} now.`, verdict.reason);
      const job = await completedJob(domain, to.host, ways.signal);
      const known = { from: from.name, to: to.name, encrypted: isEncrypted(options), transport: transportOf(options) };
      return { seen, record: recordOf(known, job ?? figures ?? last, new Date()) };
    }
    if (place?.host === from.name) await Promise.all([luggage.withdraw(), restoreDowntime()]);
    if (verdict?.do !== "begin anew with auto-converge" || place?.host !== from.name || ways.cancelled.aborted)
      throw notMoved(trip, location, verdict?.do === "give up" ? verdict.reason : said);
    alreadyMs += last?.elapsedMs ?? 0;
    attempt = { ...attempt, autoConverge: true };
  }
}

/** @returns what virsh said when it failed: nothing for a success */
async function run(trip: Move, alreadyMs: number): Promise<{ said: string; figures?: Job; followed: Followed }> {
  const { domain, from, to, options, ways } = trip;
  const ended = new AbortController();
  const running = runMigration(from.host, domain.uuid, migrateCommand(domain, to, options), {
    listens: options.postCopy !== undefined,
    signal: ways.signal,
  }).finally(() => ended.abort());
  const followed = await follow({ domain, from, to, options, alreadyMs }, ways, ended.signal);
  return { ...(await running), followed };
}

/** A lower limit has to hold from the beginning; a higher one is reached in steps when it is needed. */
async function lowerDowntime({ domain, from, options: { maxDowntimeMs } }: Move): Promise<() => Promise<void>> {
  if (maxDowntimeMs === undefined || maxDowntimeMs >= defaultMaxDowntimeMs) return async () => {};
  const before = await maxDowntime(from.host, domain.uuid);
  await setMaxDowntime(from.host, domain.uuid, maxDowntimeMs);
  return async () => void (await setMaxDowntime(from.host, domain.uuid, before));
}

function notMoved({ domain, from, to }: Move, location: Placed, why: string): MigrationFailed {
  return new MigrationFailed(`${domain.name} was not moved from ${from.name} to ${to.name}. ${now(location)}`, why);
}

function now(location: Placed): string {
  if (location.kind === "at") return `It is ${location.domain.state} on ${location.host}.`;
  if (location.kind === "nowhere") return "It is on none of the candidates now.";
  return `Its memory is on ${location.from.host} and on ${location.to.host}: \`pulumi up\` goes on with its post-copy.`;
}
