/** Carries out one step of a plan. */
import { isOutOfTime, retryUntil } from "../../util/policy";
import type { LockedOperation } from "../lock/locks";
import { MigrationFailed } from "../migration/errors";
import { migrate } from "../migration/migrate";
import { type SettledGuest, waitUntilSettled } from "../migration/wait-until-settled";
import { type Candidate, candidateOf } from "../observe/candidate";
import type { Placement } from "../placement";
import { labelOf, type Step } from "../plan/steps";

/** @returns where the guest is then, unless that is still to be looked at */
export async function carryOutStep(
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
  else await placement.driver.act(step, on, operation.signal);
  return undefined;
}

async function shutDown(placement: Placement, on: Candidate, { signal }: LockedOperation): Promise<void> {
  const { domain, driver, shutdownTimeoutSeconds } = placement;
  const isOff = async () => {
    if (!(await driver.requestShutdown(on, signal))) throw new StillOn();
  };
  // Again and again: a guest that boots does not hear the first time.
  const options = { everyMs: 2000, timeoutMs: shutdownTimeoutSeconds * 1000, signal };
  await retryUntil(isOff, { ...options, after: (error) => error instanceof StillOn }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!(error instanceof StillOn) && !isOutOfTime(error)) throw error;
    throw new StillRunning(domain.name, on.name, shutdownTimeoutSeconds);
  });
}

class StillOn extends Error {}

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
  constructor(name: string, hostName: string, seconds: number) {
    super(
      `${name} on ${hostName} has been asked to shut down and still runs after ${seconds} s (shutdownTimeoutSeconds).`,
    );
    this.name = "StillRunning";
  }
}
