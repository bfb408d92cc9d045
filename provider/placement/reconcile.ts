/** Brings a guest from where it was seen to where it should be. */
import type { Operation } from "../util/operation";
import type { PreflightProblems } from "./driver";
import { carryOutStep } from "./execute/carry-out-step";
import type { LockedOperation } from "./lock/locks";
import { PlacementUnclear, type SettledGuest, waitUntilSettled } from "./migration/wait-until-settled";
import { candidateOf } from "./observe/candidate";
import type { Located, SettledLocation } from "./observe/locate";
import { described, isActive, stateAndReason } from "./observe/observation";
import type { Placement } from "./placement";
import { type Plan, planPlacement, remaining, type Settled } from "./plan/plan";
import { hostsOf, labelOf, type Step } from "./plan/steps";

export interface CheckedPlan extends PreflightProblems {
  steps: Step[];
}

/** @param knownDigest of the definition as it was seen when it was as wanted */
export async function planWithPreflight(
  placement: Placement,
  seen: Located<SettledLocation>,
  knownDigest: string | undefined,
  operation: Operation,
): Promise<CheckedPlan> {
  const plan = planPlacement(seen, placement, isChangedByHand(seen.location, knownDigest));
  if (plan.kind === "refused") return { steps: [], problems: [plan.reason], unsupported: [] };
  const { steps } = plan;
  return { steps, ...(await placement.driver.preflight(placement, steps, seen, operation)) };
}

/** A change by hand shows against what was there when all was well. */
export const isChangedByHand = (location: SettledLocation, knownDigest: string | undefined): boolean =>
  location.kind === "at" && knownDigest !== undefined && knownDigest !== location.domain.definitionDigest;

/**
 * @param steps as planned, and shown if there was a preview
 * @returns where it is then: as wanted
 * @throws PlacementUnclear when it is not as wanted in the end
 */
export async function carryOutAndVerify(
  placement: Placement,
  before: SettledGuest,
  knownDigest: string | undefined,
  steps: readonly Step[],
  operation: LockedOperation,
): Promise<SettledGuest> {
  const { domain, driver, hostName, powerState } = placement;
  if (before.location.kind === "at") await driver.keepCopiedImages?.(candidateOf(placement, before.location.hostName));
  if (steps.length === 0) return before;
  const redefine = isChangedByHand(before.location, knownDigest);
  const after = await carryOut(steps, placement, operation, (seen, isDefined) =>
    planPlacement(seen, placement, redefine && !isDefined),
  ).catch(async (error: unknown) => {
    if (before.location.kind === "nowhere") await undefineWhatIsOff(placement, operation);
    throw error;
  });
  const { location } = after;
  if (location.kind !== "at") throw new PlacementUnclear(domain.name, "It is on none of the candidates.");
  if (location.hostName !== hostName || location.domain.state !== powerState)
    throw new PlacementUnclear(domain.name, `It should be ${powerState} on ${hostName} and is ${described(location)}.`);
  return { ...after, records: [...before.records, ...after.records] };
}

/** A definition that could not be started is removed, when it was not there before. */
async function undefineWhatIsOff(placement: Placement, operation: LockedOperation): Promise<void> {
  const { location } = await waitUntilSettled(placement, operation);
  if (location.kind !== "at" || isActive(location.domain)) return;
  const { hostName: on, domain } = location;
  const { signal } = new AbortController();
  const step = { do: "undefine", on, expectedState: stateAndReason(domain) } as const;
  await placement.driver.act(step, candidateOf(placement, on), signal);
}

/**
 * Carries a plan out. Before each step all candidates are looked at, and it is done only if the plan made from what they
 * say now is still the rest of the old one.
 *
 * @param planNow what is to be done now. @param isDefined whether its definition has been written by this run
 * @returns how it is when nothing is left to do, with all migrations that have ended meanwhile
 */
export async function carryOut(
  planned: readonly Step[],
  placement: Placement,
  operation: LockedOperation,
  planNow: (seen: Settled, isDefined: boolean) => Plan,
): Promise<SettledGuest> {
  const { name } = placement.domain;
  let isDefined = false;
  let rest = [...planned];
  let seen = await waitUntilSettled(placement, operation);
  const records = [...seen.records];
  for (;;) {
    const plan = planNow(seen, isDefined);
    if (plan.kind === "refused") throw new PlacementUnclear(name, plan.reason);
    rest = remaining(name, rest, plan.steps, seen.observations);
    const step = rest.shift();
    if (step === undefined) return { ...seen, records };
    await operation.locks.assertHeld();
    seen = (await inJournal(step, placement, operation)) ?? (await waitUntilSettled(placement, operation));
    records.push(...seen.records);
    isDefined ||= step.do === "define";
  }
}

async function inJournal(step: Step, placement: Placement, operation: LockedOperation) {
  const write = (outcome: string) =>
    operation.journal(hostsOf(step), `${placement.domain.name}: ${labelOf(step)}: ${outcome}`);
  await write("begun");
  try {
    const settled = await carryOutStep(step, placement, operation);
    await write("done");
    return settled;
  } catch (error) {
    await write(`failed: ${(error as Error).message.split("\n")[0]}`);
    throw error;
  }
}
