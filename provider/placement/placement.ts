/** Brings a domain from where it was seen to where it shall be. */

import type { Candidate } from "./candidates";
import { type CarriedOut, carryOut } from "./carry-out";
import type { Driver, Looking } from "./driver";
import type { Told } from "./locate";
import type { Ways } from "./migration/follow";
import type { MigrationLimits } from "./migration/limits";
import { type DomainName, described, isActive, stateOf } from "./observation";
import { type Plan, planPlacement, planRemoval } from "./plan";
import { PlacementUnclear, type Settled, settle } from "./settle";
import type { Step } from "./steps";

export interface Placement {
  domain: DomainName;
  /** Digest of the definition that it shall have. */
  mark: string;
  /** False: without a definition on any host, so that it is gone when it ends. */
  persistent: boolean;
  candidates: readonly Candidate[];
  host: string;
  powerState: "running" | "shut off";
  autostart: boolean;
  limits: MigrationLimits;
  driver: Driver;
  shutdownTimeoutSeconds: number;
  /** Names of candidates that the operator has made sure are off. */
  fenced: readonly string[];
  /** Whether what nothing marks as ours may be taken over. */
  adopt: boolean;
}

export interface Planned {
  steps: Step[];
  /** What stands in the way as things are now. */
  problems: string[];
  /** What the hosts cannot do at all. */
  unsupported: string[];
}

/** @param knownDigest of the definition as it was seen when it was as wanted */
export async function plan(
  placement: Placement,
  seen: Settled,
  knownDigest: string | undefined,
  ways: Looking,
): Promise<Planned> {
  const planned = planFrom(placement, seen, isChangedByHand(seen, knownDigest));
  if (planned.kind === "wait") throw new PlacementUnclear(placement.domain.name, "A migration of it goes on.");
  if (planned.kind === "refused") return { steps: [], problems: [planned.reason], unsupported: [] };
  const { steps } = planned;
  const { driver, fenced } = placement;
  const candidate = (name: string) => candidateOf(placement, name);
  return { steps, ...(await driver.preflight({ fenced, steps, seen, candidate }, ways)) };
}

function planFrom(placement: Placement, { observations, stillMs }: Settled, redefine: boolean): Plan {
  return planPlacement(observations, { ...placement, domain: toldOf(placement), redefine }, stillMs);
}

const toldOf = ({ domain, driver: { words } }: Placement): Told => ({ ...domain, words });

/** A change by hand shows against what was there when all was well. */
export const isChangedByHand = ({ location }: Settled, knownDigest: string | undefined): boolean =>
  location.kind === "at" && knownDigest !== undefined && knownDigest !== location.domain.definitionDigest;

/** What whoever carries it out has at hand against others who act at the same time, and for those who come later. */
export interface Precautions {
  ensureAlone: () => Promise<void>;
  journal: (hosts: readonly string[], line: string) => Promise<void>;
}

export interface Task {
  /** What was planned, and shown if there was a preview. */
  steps: readonly Step[];
  before: Settled;
  ways: Ways;
  precautions: Precautions;
}

/** Nothing is left to do then. @throws PlacementUnclear when it is not as wanted in the end */
export async function carryOutAndVerify(
  placement: Placement,
  knownDigest: string | undefined,
  task: Task,
): Promise<CarriedOut> {
  const { domain, driver, host, powerState } = placement;
  const { before, steps } = task;
  if (before.location.kind === "at") await driver.keepImages?.(candidateOf(placement, before.location.host));
  if (steps.length === 0) return { seen: before, record: undefined };
  const redefine = isChangedByHand(before, knownDigest);
  const conduct = { ...conductOf(placement, task, true), redefine, planFrom: planFrom.bind(undefined, placement) };
  const done = await carryOut(steps, conduct).catch(async (error: unknown) => {
    if (before.location.kind === "nowhere") await withdraw(placement, await conduct.settled());
    throw error;
  });
  const { location } = done.seen;
  if (location.kind !== "at") throw new PlacementUnclear(domain.name, "It is on none of the candidates.");
  if (location.host !== host || location.domain.state !== powerState)
    throw new PlacementUnclear(domain.name, `It should be ${powerState} on ${host} and is ${described(location)}.`);
  return done;
}

/** Off and defined nowhere; absent already is fine. */
export async function carryOutRemoval(
  placement: Placement,
  onDelete: "shutdown" | "destroy",
  { before, ways, precautions }: Omit<Task, "steps">,
): Promise<void> {
  const from = ({ observations, stillMs }: Settled) =>
    planRemoval(observations, { ...placement, domain: toldOf(placement), onDelete }, stillMs);
  const plan = from(before);
  if (plan.kind !== "steps")
    throw new PlacementUnclear(placement.domain.name, plan.kind === "wait" ? "It moves." : plan.reason);
  const task = { steps: plan.steps, before, ways, precautions };
  const stillRunningHint =
    ' To end it without its consent, set onDelete to "destroy", run `pulumi up`, then delete it again.';
  await carryOut(plan.steps, {
    ...conductOf(placement, task, false),
    redefine: false,
    stillRunningHint,
    planFrom: from,
  });
}

function conductOf(placement: Placement, { ways, precautions }: Task, acts: boolean) {
  const settled = () => settle(placement, ways, acts);
  return { ...placement, ...precautions, settled, ways, candidate: (name: string) => candidateOf(placement, name) };
}

/** What could not be started is not left behind, when it was not there before. */
async function withdraw(placement: Placement, { location }: Settled): Promise<void> {
  if (location.kind !== "at" || isActive(location.domain)) return;
  const { host: on, domain } = location;
  const { signal } = new AbortController();
  await placement.driver.act({ do: "undefine", on, state: stateOf(domain) }, candidateOf(placement, on), signal);
}

/** @throws RangeError for a name that is none of theirs */
export function candidateOf({ candidates }: Pick<Placement, "candidates">, name: string): Candidate {
  const found = candidates.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`${name} is none of the candidates.`);
  return found;
}
