/** One live migration, from the first look to the last. */
import { anySignal } from "../../util/signals";
import type { MigrationAttempt, PerformOutcome } from "../driver";
import type { LockedOperation } from "../lock/locks";
import type { Candidate } from "../observe/candidate";
import type { Located, SettledLocation } from "../observe/locate";
import { hasAnswered } from "../observe/observation";
import type { Placement } from "../placement";
import { MigrationFailed } from "./errors";
import { defaultMaxDowntimeMs } from "./limits";
import { MigrationMonitor, type Monitored } from "./monitor";
import { recordOf } from "./record";
import { MigrationSlots } from "./slots";
import { joinUntilSettled, type SettledGuest, waitUntilSettled } from "./wait-until-settled";

interface Migration {
  placement: Placement;
  from: Candidate;
  to: Candidate;
  operation: LockedOperation;
}

const slots = new MigrationSlots();

/**
 * Both sides are looked at afterwards: they are what counts, whatever a command has said.
 *
 * @returns where it is then, with the record of this migration
 * @throws MigrationFailed when the guest is not on the destination
 */
export async function migrate(migration: Migration): Promise<SettledGuest> {
  const { placement, from, to, operation } = migration;
  const ends = {
    from: { key: from.address, max: from.maxOutgoingMigrations },
    to: { key: to.address, max: to.maxIncomingMigrations },
  };
  let hasWaited = false;
  const onWait = (holder?: string) => {
    hasWaited = true;
    const whose = holder ? `, one of them by ${holder}` : "";
    operation.progress(`migrating ${from.name} => ${to.name}: waiting for other migrations of these hosts${whose}`);
  };
  const untilTurn = anySignal(operation.signal, operation.cancelled);
  const begin = async () => {
    if (hasWaited) await assertIsThere(migration);
    return migrateNow(migration);
  };
  return slots
    .within(ends, untilTurn, onWait, () => operation.inTurn({ from, to, signal: untilTurn, onWait }, begin))
    .catch((error: unknown) => {
      if (error !== operation.cancelled.reason) throw error;
      throw new MigrationFailed(
        `${placement.domain.name} was not moved from ${from.name} to ${to.name}.`,
        "Cancelled.",
      );
    });
}

/** After a wait: what was known before it is old. */
async function assertIsThere(migration: Migration): Promise<void> {
  const { placement, from, operation } = migration;
  await operation.locks.assertHeld();
  const { location } = await waitUntilSettled(placement, operation);
  if (location.kind !== "at" || location.hostName !== from.name)
    throw notMoved(migration, location, "Someone else has moved it in the meantime.");
}

async function migrateNow(migration: Migration): Promise<SettledGuest> {
  const { placement, from, to, operation } = migration;
  operation.cancelled.throwIfAborted();
  operation.progress(`migrating ${from.name} => ${to.name}: preparing`);
  const attempt = placement.driver.migration(from, to, operation.signal);
  const restoreMaxDowntime = await lowerMaxDowntime(migration);
  let previousAttemptsMs = 0;
  for (let withAutoConverge = false; ; withAutoConverge = true) {
    await attempt.prepare();
    const { performed, ...settled } = await verify(
      migration,
      await perform(migration, attempt, withAutoConverge, previousAttemptsMs),
    );
    const { location } = settled;
    if (location.kind === "at" && location.hostName === to.name) return confirm(migration, attempt, performed, settled);
    const isOnSource = location.kind === "at" && location.hostName === from.name;
    if (isOnSource) await Promise.all([attempt.rollback(location), restoreMaxDowntime()]);
    const { abortReason, last } = performed;
    if (abortReason?.do !== "retry with auto-converge" || !isOnSource || operation.cancelled.aborted) {
      const isRolledBack = location.kind === "at" && location.isInterrupted;
      const now = isRolledBack ? (await waitUntilSettled(placement, operation)).location : location;
      throw notMoved(migration, now, abortReason?.do === "give up" ? abortReason.reason : performed.failure);
    }
    previousAttemptsMs += last?.elapsedMs ?? 0;
  }
}

interface Performed extends PerformOutcome, Monitored {}

async function perform(
  { placement, from, to, operation }: Migration,
  attempt: MigrationAttempt,
  withAutoConverge: boolean,
  previousAttemptsMs: number,
): Promise<Performed> {
  const performing = await attempt.perform(withAutoConverge);
  const limits = withAutoConverge ? { ...placement.limits, autoConverge: true } : placement.limits;
  const { driver } = placement;
  const control = driver.job(from.host);
  const monitor = new MigrationMonitor({ from, to, control, limits, previousAttemptsMs, isJoined: false }, operation);
  const { ended } = performing;
  const over = new AbortController();
  const watched = ended?.finally(() => over.abort());
  const monitored = await (watched ? monitor.untilEnded(over.signal) : monitor.untilGone());
  await watched;
  return { ...(await performing.outcome()), ...monitored };
}

type Verified = Located<SettledLocation> & { performed: Performed };

/** Looks at both sides. A migration whose command was lost goes on: what its end was, whoever joined it again knows. */
async function verify({ placement, from, to, operation }: Migration, performed: Performed): Promise<Verified> {
  operation.progress(`migrating ${from.name} => ${to.name}: verifying`);
  const { joined, ...settled } = await joinUntilSettled(placement, operation, {
    wasSuspended: performed.isSuspended,
  });
  const { last = performed.last, tls = performed.tls, abortReason = performed.abortReason } = joined ?? {};
  return { ...settled, performed: { ...performed, last, tls, abortReason } };
}

async function confirm(
  { placement, from, to, operation }: Migration,
  attempt: MigrationAttempt,
  { abortReason, tls, last, figures }: Performed,
  settled: Located<SettledLocation>,
): Promise<SettledGuest> {
  const { domain, driver, limits } = placement;
  const there = settled.observations.find(({ hostName }) => hostName === to.name);
  const job = (there && hasAnswered(there) && there.arrivedBy) || (await driver.lastJob(from, to, operation.signal));
  await attempt.confirm();
  if (abortReason?.do === "give up" && limits.tlsRequiredBy !== undefined && tls === false)
    throw new MigrationFailed(`${domain.name} is on ${to.name} now.`, abortReason.reason);
  const route = { from: from.name, to: to.name, ...attempt.stream };
  const record = recordOf(route, job ?? figures ?? last, new Date());
  const hasStaleCopy = settled.location.kind === "at" && settled.location.staleCopies.length > 0;
  return { ...(hasStaleCopy ? await waitUntilSettled(placement, operation) : settled), records: [record] };
}

/** A lower limit has to hold from the beginning; a higher one is reached in steps when it is needed. */
async function lowerMaxDowntime({ placement, from }: Migration): Promise<() => Promise<void>> {
  const { maxDowntimeMs } = placement.limits;
  if (maxDowntimeMs === undefined || maxDowntimeMs >= defaultMaxDowntimeMs) return async () => {};
  const control = placement.driver.job(from.host);
  const before = await control.maxDowntimeMs();
  await control.setMaxDowntimeMs(maxDowntimeMs);
  return async () => void (await control.setMaxDowntimeMs(before));
}

function notMoved({ placement, from, to }: Migration, location: SettledLocation, why: string): MigrationFailed {
  const what = `${placement.domain.name} was not moved from ${from.name} to ${to.name}. ${whereIs(location)}`;
  return new MigrationFailed(what, why);
}

function whereIs(location: SettledLocation): string {
  if (location.kind === "at") return `It is ${location.domain.state} on ${location.hostName}.`;
  if (location.kind === "nowhere") return "It is on none of the candidates now.";
  return `Its memory is on ${location.from.hostName} and on ${location.to.hostName}: run \`pulumi up\` to resume its post-copy.`;
}
