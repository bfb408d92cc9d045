/** Provider side of every resource that places a guest: find it, do what is due, tell what was done. */
import type { Context } from "../lifecycle/context";
import type { Observed } from "../lifecycle/definition";
import { refuse } from "../lifecycle/errors";
import { driftOf } from "../placement/drift";
import { type MigrationRecord, recordOf, withRecord } from "../placement/migration/record";
import type { DomainFacts } from "../placement/observation";
import { candidateOf, carryOutAndVerify, isChangedByHand, type Placement, plan } from "../placement/placement";
import { type Settled, settle } from "../placement/settle";
import type { Step } from "../placement/steps";
import { summary } from "./placing.announce";
import { precautionsOf } from "./placing.precautions";

/** What is known of a placed guest, whatever runs it. */
export interface PlacedState extends Observed {
  uuid: string;
  name: string;
  host: string;
  state: string;
  definitionDigest: string;
  lastMigration?: MigrationRecord | undefined;
  migrationHistory?: MigrationRecord[] | undefined;
}

/** Where it is, with the record of a migration that ended since the state was written. */
export type Seen = Settled & { record?: MigrationRecord | undefined };

/** A run that was killed has left its migration to the hosts: its record is with them too. */
export async function look(context: Context, placement: Placement, known: PlacedState | undefined): Promise<Seen> {
  const seen = await settle(placement, context, context.acts);
  if (seen.joined) return { ...seen, record: seen.joined };
  const { location } = seen;
  if (known?.host === undefined || location.kind !== "at" || location.host === known.host) return seen;
  const from = placement.candidates.find(({ name }) => name === known.host);
  const job = await placement.driver.completed(from, candidateOf(placement, location.host), context.signal);
  return { ...seen, ...(job && { record: recordOf({ from: known.host, to: location.host }, job, new Date()) }) };
}

export interface Placed {
  /** How it is when nothing is left to do. */
  reached: Settled;
  steps: Step[];
  history: Pick<PlacedState, "lastMigration" | "migrationHistory">;
}

/** @param plainData what is told of a move whose stream others can read */
export async function place(
  context: Context,
  placement: Placement,
  seen: Seen,
  known: PlacedState | undefined,
  plainData: string | undefined,
): Promise<Placed> {
  const knownDigest = known?.definitionDigest;
  const { steps, problems, unsupported } = await plan(placement, seen, knownDigest, context);
  refuse([...unsupported, ...problems]);
  if (plainData !== undefined && steps.some((step) => step.do === "migrate")) context.warn(plainData);
  const task = { before: seen, steps, ways: context, precautions: precautionsOf(context, placement) };
  const { seen: reached, record } = await carryOutAndVerify(placement, knownDigest, task);
  for (const made of [seen.record, record]) if (made) context.info(summary(placement.domain.name, made));
  return { reached, steps, history: historyOf(withRecord(withRecord(known?.migrationHistory, seen.record), record)) };
}

export interface Sight extends PlacedState {
  facts: DomainFacts;
}

/** What is on the hosts; what only the state knows comes from there. Undefined when it is nowhere. */
export function sightOf(seen: Seen, placement: Placement, known: PlacedState | undefined): Sight | undefined {
  const { location, record } = seen;
  if (location.kind === "nowhere") return undefined;
  const { host, domain } = location.kind === "at" ? location : location.to;
  const drift = driftOf(seen, {
    name: placement.domain.name,
    // A transient guest has no definition beside what it runs with.
    ...(placement.persistent && { mark: placement.mark }),
    changedByHand: isChangedByHand(seen, known?.definitionDigest),
    words: placement.driver.words,
  });
  return {
    facts: domain,
    uuid: placement.domain.uuid,
    name: domain.name,
    host,
    state: domain.state,
    definitionDigest: known?.definitionDigest ?? domain.definitionDigest,
    ...historyOf(withRecord(known?.migrationHistory, record)),
    ...(drift.length > 0 && { drift }),
  };
}

const historyOf = (history: MigrationRecord[]): Placed["history"] =>
  history.length === 0 ? {} : { lastMigration: history[0], migrationHistory: history };
