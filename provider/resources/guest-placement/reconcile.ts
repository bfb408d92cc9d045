/** Provider side of every resource that places a guest: find it, do what is due, tell what was done. */
import type { Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import type { LockedOperation } from "../../placement/lock/locks";
import { mib } from "../../placement/migration/job";
import { type MigrationRecord, recordOf, withRecords } from "../../placement/migration/record";
import { type SettledGuest, waitUntilSettled } from "../../placement/migration/wait-until-settled";
import { candidateOf } from "../../placement/observe/candidate";
import { driftOf } from "../../placement/observe/drift";
import type { DomainFacts } from "../../placement/observe/observation";
import type { Placement } from "../../placement/placement";
import type { Step } from "../../placement/plan/steps";
import { printFinding, sortFindings } from "../../placement/preflight/finding";
import { hasArrived } from "../../placement/preflight/guests-on-their-way";
import { carryOutAndVerify, isChangedByHand, planWithPreflight } from "../../placement/reconcile";
import type { Operation } from "../../util/operation";

/** Model of every resource that places a guest. */
export interface GuestModel<Args> {
  args: Args;
  placement: Placement;
  /** Told of a move whose stream others can read; undefined when nobody can. */
  unencryptedWarning: string | undefined;
}

/** Outputs of every resource that places a guest. */
export interface GuestState extends Observed {
  uuid: string;
  name: string;
  host: string;
  state: string;
  definitionDigest: string;
  lastMigration?: MigrationRecord | undefined;
  migrationHistory?: MigrationRecord[] | undefined;
}

export interface SeenGuest extends SettledGuest {
  /** True after a reconcile: the guest is as wanted, so its definition is the one to compare with from now on. */
  isReconciled?: boolean;
}

/** A run that was killed has left its migration to the hosts: its record is with them too. */
export async function observePlacement(
  operation: Operation,
  placement: Placement,
  known: GuestState | undefined,
): Promise<SeenGuest> {
  const seen = await waitUntilSettled(placement, operation);
  const { location, records } = seen;
  if (records.length > 0 || known?.host === undefined) return seen;
  if (location.kind !== "at" || location.hostName === known.host) return seen;
  const from = placement.candidates.find(({ name }) => name === known.host);
  const job = await placement.driver.lastJob(from, candidateOf(placement, location.hostName), operation.signal);
  return job ? { ...seen, records: [recordOf({ from: known.host, to: location.hostName }, job, new Date())] } : seen;
}

interface Reconciled {
  steps: Step[];
  reached: SeenGuest;
}

/** @returns what was done, and where the guest is then */
export async function reconcilePlacement(
  operation: LockedOperation,
  model: GuestModel<unknown>,
  seen: SeenGuest,
  known: GuestState | undefined,
): Promise<Reconciled> {
  try {
    return await reconcileNow(operation, model, seen, known);
  } finally {
    hasArrived(model.placement.domain.uuid);
  }
}

async function reconcileNow(
  operation: LockedOperation,
  { placement, unencryptedWarning }: GuestModel<unknown>,
  seen: SeenGuest,
  known: GuestState | undefined,
): Promise<Reconciled> {
  const knownDigest = known?.definitionDigest;
  const { steps, findings, refusal } = await planWithPreflight(placement, seen, knownDigest, operation);
  const { errors, errorsForNow, warnings } = sortFindings(findings);
  for (const finding of warnings) operation.warn(printFinding(finding));
  refuse([...(refusal === undefined ? [] : [refusal]), ...[...errors, ...errorsForNow].map(printFinding)]);
  if (unencryptedWarning !== undefined && steps.some((step) => step.do === "migrate"))
    operation.warn(unencryptedWarning);
  const reached = await carryOutAndVerify(placement, seen, knownDigest, steps, operation);
  for (const record of reached.records) operation.info(summary(placement.domain.name, record));
  return { steps, reached: { ...reached, isReconciled: true } };
}

function summary(name: string, record: MigrationRecord): string {
  const { from, to, totalTimeMs, downtimeMs, bytes, encrypted } = record;
  const sent = `${mib(bytes)} sent${encrypted ? ", encrypted" : ""}`;
  return `${name} moved live from ${from} to ${to}: total time ${totalTimeMs} ms, downtime ${downtimeMs} ms, ${sent}.`;
}

/** Outputs from what was seen, with what only the state knows; undefined when the guest is nowhere. */
export function guestStateOf(
  placement: Placement,
  { location, records, isReconciled }: SeenGuest,
  known: GuestState | undefined,
): { state: GuestState; facts: DomainFacts } | undefined {
  if (location.kind === "nowhere") return undefined;
  const { hostName, domain: facts } = location.kind === "at" ? location : location.to;
  const knownDigest = isReconciled ? undefined : known?.definitionDigest;
  const drift = driftOf(location, placement, isChangedByHand(location, knownDigest));
  const history = withRecords(known?.migrationHistory, records);
  const state = {
    uuid: placement.domain.uuid,
    name: facts.name,
    host: hostName,
    state: facts.state,
    definitionDigest: knownDigest ?? facts.definitionDigest,
    ...(history.length > 0 && { lastMigration: history[0], migrationHistory: history }),
    ...(drift.length > 0 && { drift }),
  };
  return { state, facts };
}
