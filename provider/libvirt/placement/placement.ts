/** Observes a domain on all candidates, and brings it to where it shall be. */
import { digest } from "../domain-xml";
import type { MigrationOptions, MigrationRecord } from "../migrate";
import { watchJob } from "../migrate";
import { undefine } from "../virsh";
import { type Candidate, type DomainName, type Whereabouts, whereabouts } from "./candidates";
import { carryOut } from "./carry-out";
import { described, isActive, type Location } from "./locate";
import { planPlacement, type Step } from "./plan";
import { preflight } from "./preflight";

export interface Placement {
  domain: DomainName & { definition: string };
  candidates: readonly Candidate[];
  host: string;
  powerState: "running" | "shut off";
  autostart: boolean;
  migration: MigrationOptions;
  shutdownTimeoutSeconds: number;
}

interface Ways {
  progress: (line: string) => void;
  signal: AbortSignal;
}

/** A state of the hosts in which nothing may be decided without the operator. */
class PlacementUnclear extends Error {
  constructor(name: string, reason: string) {
    super(`${name}: ${reason}`);
    this.name = "PlacementUnclear";
  }
}

export type Settled = Whereabouts & { location: Exclude<Location, { kind: "moving" | "unclear" }> };

/**
 * Where it is, once no migration is under way any more: one that an earlier run or an operator began is waited for.
 *
 * @throws PlacementUnclear, CandidateSilent
 */
export async function settle(placement: Placement, { progress, signal }: Ways): Promise<Settled> {
  for (;;) {
    const seen = await whereabouts(placement.domain, placement.candidates, placement.host, signal);
    const { location } = seen;
    if (location.kind === "unclear") throw new PlacementUnclear(placement.domain.name, location.reason);
    if (location.kind !== "moving") return { ...seen, location };
    await untilJobEnds(placement, location, { progress, signal });
  }
}

/** A little longer than the watcher's pause, so that each look at all candidates is followed by some of the job. */
const lookMs = 3000;

async function untilJobEnds(
  { domain, candidates }: Placement,
  { from }: Extract<Location, { kind: "moving" }>,
  { progress, signal }: Ways,
): Promise<void> {
  const source = candidates.find(({ name }) => name === from);
  const ended = AbortSignal.any([signal, AbortSignal.timeout(lookMs)]);
  signal.throwIfAborted();
  progress("a migration is under way: waiting for its end");
  const watched = source ?? candidates[0];
  if (watched) await watchJob(domain, watched, (line) => progress(`a migration is under way: ${line}`), ended);
}

/** @returns the steps that are to be done, and what stands in their way */
export async function plan(
  placement: Placement,
  seen: Settled,
  knownDigest: string | undefined,
  signal: AbortSignal,
): Promise<{ steps: Step[]; problems: string[] }> {
  const { domain, host, powerState, autostart } = placement;
  const wanted = { host, powerState, autostart, mark: digest(domain.definition), definitionDigest: knownDigest };
  const steps = planPlacement(seen.location, wanted);
  const question = {
    domain,
    definition: domain.definition,
    steps,
    sightings: seen.sightings,
    candidate: (name: string) => candidateOf(placement, name),
  };
  return { steps, problems: await preflight(question, signal) };
}

/** Does the steps, then looks again. @throws PlacementUnclear when it is not as wanted in the end */
export async function carryOutAndVerify(
  placement: Placement,
  before: Settled,
  steps: readonly Step[],
  ways: Ways,
): Promise<{ seen: Settled; record: MigrationRecord | undefined }> {
  const { domain, migration, shutdownTimeoutSeconds, host, powerState } = placement;
  const look = () => settle(placement, ways);
  const settled = async () => (await look()).location;
  const candidate = (name: string) => candidateOf(placement, name);
  const work = {
    domain,
    definition: domain.definition,
    migration,
    shutdownTimeoutSeconds,
    settled,
    candidate,
    ...ways,
  };
  const record = await carryOut(steps, work).catch(async (error: unknown) => {
    if (before.location.kind === "nowhere") await withdraw(placement, await settled());
    throw error;
  });
  const seen = steps.length === 0 ? before : await look();
  const { location } = seen;
  if (location.kind !== "at") throw new PlacementUnclear(domain.name, "It is on none of the candidates.");
  if (location.host !== host || location.domain.state !== powerState)
    throw new PlacementUnclear(domain.name, `It should be ${powerState} on ${host} and is ${described(location)}.`);
  return { seen, record };
}

/** What could not be started is not left behind, when it was not there before. */
async function withdraw(placement: Placement, location: Settled["location"]): Promise<void> {
  if (location.kind === "at" && !isActive(location.domain))
    await undefine(candidateOf(placement, location.host).host, placement.domain.uuid);
}

/** @throws RangeError for a name that is none of theirs */
export function candidateOf({ candidates }: Placement, name: string): Candidate {
  const found = candidates.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`${name} is none of the candidates.`);
  return found;
}
