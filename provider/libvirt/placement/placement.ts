/** Observes a domain on all candidates, and brings it to where it shall be. */
import { digest } from "../domain-xml";
import type { Ways } from "../migration/follow";
import type { MigrationOptions } from "../migration/options";
import type { MigrationRecord } from "../migration/record";
import { undefine } from "../virsh";
import type { Candidate, DomainName } from "./candidates";
import { carryOut } from "./carry-out";
import { described, isActive } from "./locate";
import { keepLuggage } from "./luggage";
import { planPlacement, type Step } from "./plan";
import { preflight } from "./preflight";
import { PlacementUnclear, type Settled, settle } from "./settle";

export interface Placement {
  domain: DomainName & { definition: string };
  candidates: readonly Candidate[];
  host: string;
  powerState: "running" | "shut off";
  autostart: boolean;
  migration: MigrationOptions;
  shutdownTimeoutSeconds: number;
}

export interface Planned {
  steps: Step[];
  /** What stands in the way as things are now. */
  problems: string[];
  /** What the hosts cannot do at all. */
  unsupported: string[];
}

export async function plan(
  placement: Placement,
  seen: Settled,
  knownDigest: string | undefined,
  signal: AbortSignal,
): Promise<Planned> {
  const { domain, host, powerState, autostart, migration } = placement;
  const { persistent } = migration;
  const mark = digest(domain.definition);
  const wanted = { host, powerState, autostart, persistent, mark, definitionDigest: knownDigest };
  const steps = planPlacement(seen.location, wanted);
  const question = {
    domain,
    migration,
    steps,
    seen,
    candidate: (name: string) => candidateOf(placement, name),
  };
  return { steps, ...(await preflight(question, signal)) };
}

/** Does the steps, then looks again. @throws PlacementUnclear when it is not as wanted in the end */
export async function carryOutAndVerify(
  placement: Placement,
  before: Settled,
  steps: readonly Step[],
  ways: Ways,
): Promise<{ seen: Settled; record: MigrationRecord | undefined }> {
  const { domain, migration, shutdownTimeoutSeconds, host, powerState } = placement;
  const look = () => settle(placement, ways, true);
  const settled = async () => (await look()).location;
  const candidate = (name: string) => candidateOf(placement, name);
  if (before.location.kind === "at") await keepLuggage(migration, domain.definition, candidate(before.location.host));
  const work = { domain, migration, shutdownTimeoutSeconds, settled, candidate, ways };
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
export function candidateOf({ candidates }: Pick<Placement, "candidates">, name: string): Candidate {
  const found = candidates.find((candidate) => candidate.name === name);
  if (!found) throw new RangeError(`${name} is none of the candidates.`);
  return found;
}
