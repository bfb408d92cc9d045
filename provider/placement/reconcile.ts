/** Brings a guest from where it was seen to where it should be. */
import { askedTogether, doneTogether } from "../host/together";
import type { Operation } from "../util/operation";
import { isOutOfTime, retryUntil } from "../util/policy";
import type { LockedOperation } from "./lock/locks";
import { MigrationFailed } from "./migration/errors";
import { migrate } from "./migration/migrate";
import { PlacementUnclear, type SettledGuest, waitUntilSettled } from "./migration/wait-until-settled";
import { type Candidate, candidateOf } from "./observe/candidate";
import type { Located, SettledLocation } from "./observe/locate";
import { described, isActive, stateAndReason } from "./observe/observation";
import type { Placement } from "./placement";
import { destinationOf } from "./plan/destination";
import { type Plan, planPlacement, remaining, type Settled } from "./plan/plan";
import { hostsOf, labelOf, type Step } from "./plan/steps";
import type { Finding } from "./preflight/finding";
import { keptBesideMoving } from "./preflight/kept-beside";

export interface CheckedPlan {
  /** None when it is refused. */
  steps: Step[];
  findings: Finding[];
  /** Why no step would be right; undefined when there is a plan. */
  refusal: string | undefined;
}

/** @param knownDigest of the definition as it was seen when it was as wanted */
export async function planWithPreflight(
  placement: Placement,
  seen: Located<SettledLocation>,
  knownDigest: string | undefined,
  operation: Operation,
): Promise<CheckedPlan> {
  const plan = planPlacement(seen, placement, isChangedByHand(seen.location, knownDigest));
  if (plan.kind === "refused") return { steps: [], findings: [], refusal: plan.reason };
  const { steps } = plan;
  const kept = keptBesideMoving(placement, steps, seen.observations);
  const candidates = placement.candidates.map((one) => ({ ...one, host: askedTogether(one.host) }));
  const found = await placement.driver.preflight({ ...placement, candidates }, steps, seen, operation);
  const findings = [...kept, ...found];
  return { steps, findings, refusal: undefined };
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
  const { domain, driver, powerState } = placement;
  if (before.location.kind === "at") await driver.keepCopiedImages?.(candidateOf(placement, before.location.hostName));
  if (steps.length === 0) return before;
  const redefine = isChangedByHand(before.location, knownDigest);
  const after = await carryOut(steps, placement, before.location, operation, (seen, isDefined) =>
    planPlacement(seen, placement, redefine && !isDefined),
  ).catch(async (error: unknown) => {
    if (before.location.kind === "nowhere") await undefineWhatIsOff(placement, operation);
    throw error;
  });
  const { location } = after;
  if (location.kind !== "at") throw new PlacementUnclear(domain.name, "It is on none of the candidates.");
  const hostName = destinationOf(placement, location);
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
 * @param before where it was when that was planned. @param planNow what is to be done now. @param isDefined whether its definition has been written by this run
 * @returns how it is when nothing is left to do, with all migrations that have ended meanwhile
 */
export async function carryOut(
  planned: readonly Step[],
  placement: Placement,
  before: SettledLocation,
  operation: LockedOperation,
  planNow: (seen: Settled, isDefined: boolean) => Plan,
): Promise<SettledGuest> {
  const { name } = placement.domain;
  let isDefined = false;
  let rest = [...planned];
  let seen = await waitUntilSettled(placement, operation, before);
  const records = [...seen.records];
  for (;;) {
    const plan = planNow(seen, isDefined);
    if (plan.kind === "refused") throw new PlacementUnclear(name, plan.reason);
    rest = remaining(name, rest, plan.steps, seen.observations);
    const step = rest.shift();
    if (step === undefined) return { ...seen, records };
    await operation.locks.assertHeld();
    const { settled, noted } = await inJournal(step, placement, operation);
    seen = settled ?? (await waitUntilSettled(placement, operation).finally(() => noted));
    await noted;
    records.push(...seen.records);
    isDefined ||= step.do === "define";
  }
}

/** @returns `noted`: that it is done; the hosts can be looked at meanwhile */
async function inJournal(step: Step, placement: Placement, operation: LockedOperation) {
  const write = (outcome: string) =>
    operation.journal(hostsOf(step), `${placement.domain.name}: ${labelOf(step)}: ${outcome}`);
  await write("begun");
  try {
    const settled = await carryOutStep(step, placement, operation);
    return { settled, noted: write("done") };
  } catch (error) {
    await write(`failed: ${(error as Error).message.split("\n")[0]}`);
    throw error;
  }
}

/** @returns where the guest is then, unless that is still to be looked at */
async function carryOutStep(
  step: Step,
  placement: Placement,
  operation: LockedOperation,
): Promise<SettledGuest | undefined> {
  if (!("on" in step)) {
    const [from, to] = [candidateOf(placement, step.from), candidateOf(placement, step.to)];
    return step.do === "migrate"
      ? migrate({ placement, from, to, operation })
      : resumePostCopy(placement, from, to, operation);
  }
  operation.progress(labelOf(step));
  const on = candidateOf(placement, step.on);
  if (step.do === "shut down") await shutDown(placement, on, operation);
  else if (quickSteps.includes(step.do))
    await placement.driver.act(step, { ...on, host: doneTogether(on.host) }, operation.signal);
  else await placement.driver.act(step, on, operation.signal);
  return undefined;
}

/** What has to do with no QEMU takes as long for one guest as for another. */
const quickSteps: readonly Step["do"][] = ["define", "undefine", "set autostart", "set owner"];

async function shutDown(placement: Placement, on: Candidate, { signal }: LockedOperation): Promise<void> {
  const { domain, driver, shutdownTimeoutSeconds } = placement;
  const isOff = async () => {
    if (!(await driver.requestShutdown(on, signal))) throw new StillOn();
  };
  // Again and again: a guest that boots does not hear the first time.
  const options = { everyMs: 2000, timeoutMs: shutdownTimeoutSeconds * 1000, signal };
  await retryUntil(isOff, { ...options, after: (error) => error instanceof StillOn }).catch(async (error: unknown) => {
    signal.throwIfAborted();
    if (!(error instanceof StillOn) && !isOutOfTime(error)) throw error;
    throw new StillRunning(domain.name, on.name, shutdownTimeoutSeconds, await whyItDoesNotHear(placement, on, signal));
  });
}

class StillOn extends Error {}

/** As a sentence, with a space before it. */
async function whyItDoesNotHear({ driver, domain, messages }: Placement, on: Candidate, signal: AbortSignal) {
  const { domain: found } = await driver.observe(on.host, signal);
  if (found?.state !== "paused") return "";
  return ` It is ${stateAndReason(found)}, so it does not hear the power button. Resume it (${messages.resume(domain.uuid)}), and delete it again.`;
}

/** Its figures are those of the whole move, which nobody has kept. */
async function resumePostCopy(
  placement: Placement,
  from: Candidate,
  to: Candidate,
  operation: LockedOperation,
): Promise<SettledGuest> {
  const { domain, driver } = placement;
  operation.progress(`resuming post-copy ${from.name} => ${to.name}`);
  const failure = await driver.resumePostCopy(from, to, operation.signal);
  const settled = await waitUntilSettled(placement, operation);
  if (settled.location.kind === "at" && settled.location.hostName === to.name) return settled;
  throw new MigrationFailed(
    `The post-copy of ${domain.name} from ${from.name} to ${to.name} was not resumed.`,
    failure,
  );
}

/** The guest did not heed the power button. */
export class StillRunning extends Error {
  constructor(name: string, hostName: string, seconds: number, why: string) {
    super(
      `${name} on ${hostName} has been asked to shut down and still runs after ${seconds} s (shutdownTimeoutSeconds).${why}`,
    );
    this.name = "StillRunning";
  }
}
