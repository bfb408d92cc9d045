/** What is run on the hosts for one step of a plan. */
import { isOutOfTime, retryUntil } from "../util/policy";
import type { Candidate } from "./candidates";
import type { Driver } from "./driver";
import { MigrationFailed } from "./migration/failed";
import type { Ways } from "./migration/follow";
import type { MigrationLimits } from "./migration/limits";
import type { MigrationRecord } from "./migration/record";
import { move } from "./move";
import type { DomainName } from "./observation";
import type { Settled } from "./settle";
import { labelOf, type Step } from "./steps";

export interface Work {
  domain: DomainName;
  driver: Driver;
  limits: MigrationLimits;
  shutdownTimeoutSeconds: number;
  candidate: (name: string) => Candidate;
  /** Looks at all candidates, and waits for a migration that is under way. */
  settled: () => Promise<Settled>;
  ways: Ways;
  /** What can be done about a guest that does not shut down. */
  stillRunningHint?: string;
}

/** What a step has found out beside being done. */
export interface Done {
  record?: MigrationRecord;
  /** How it is now. */
  seen?: Settled;
}

export async function carryOutStep(step: Step, work: Work): Promise<Done> {
  const { domain, candidate, limits, driver, settled, ways } = work;
  if (!("on" in step)) {
    const [from, to] = [candidate(step.from), candidate(step.to)];
    if (step.do === "resume post-copy") return resumePostCopy(from, to, work);
    return move({ domain, from, to, limits, driver, settled, ways });
  }
  ways.progress(labelOf(step));
  if (step.do === "shut down") await shutDown(step.on, work);
  else await driver.act(step, candidate(step.on), ways.signal);
  return {};
}

async function shutDown(on: string, work: Work): Promise<void> {
  const { domain, driver, candidate, ways, shutdownTimeoutSeconds, stillRunningHint } = work;
  const { signal } = ways;
  const isOff = async () => {
    if (!(await driver.askToShutDown(candidate(on), signal))) throw new StillOn();
  };
  // Again and again: a guest that boots does not hear the first time.
  const options = { everyMs: 2000, timeoutMs: shutdownTimeoutSeconds * 1000, signal };
  await retryUntil(isOff, { ...options, after: (error) => error instanceof StillOn }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!(error instanceof StillOn) && !isOutOfTime(error)) throw error;
    throw new StillRunning(domain.name, on, shutdownTimeoutSeconds, stillRunningHint);
  });
}

class StillOn extends Error {}

/** Its figures are those of the whole move, which nobody has kept. */
async function resumePostCopy(from: Candidate, to: Candidate, work: Work): Promise<Done> {
  const { domain, driver, ways, settled } = work;
  ways.progress(`resuming post-copy ${from.name} => ${to.name}`);
  const said = await driver.resumePostCopy(from, to, ways.signal);
  const seen = await settled();
  if (seen.location.kind === "at" && seen.location.host === to.name) return { seen };
  throw new MigrationFailed(`The post-copy of ${domain.name} from ${from.name} to ${to.name} was not resumed.`, said);
}

/** The guest did not heed the power button. */
class StillRunning extends Error {
  constructor(name: string, host: string, seconds: number, hint = "") {
    super(
      `${name} on ${host} was asked to shut down and still runs after ${seconds} s (shutdownTimeoutSeconds).${hint}`,
    );
    this.name = "StillRunning";
  }
}
