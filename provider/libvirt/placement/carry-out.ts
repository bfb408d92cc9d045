/** Runs the steps of a plan, one after another. */
import type { Ways } from "../migration/follow";
import type { MigrationOptions } from "../migration/options";
import type { MigrationRecord } from "../migration/record";
import { create, define, resume, setAutostart, shutDown, start, undefine } from "../virsh";
import type { Candidate, DomainName } from "./candidates";
import type { Location } from "./locate";
import { luggageOf } from "./luggage";
import { move } from "./move";
import type { Step } from "./plan";

export interface Work {
  domain: DomainName & { definition: string };
  migration: MigrationOptions;
  shutdownTimeoutSeconds: number;
  candidate: (name: string) => Candidate;
  /** Looks at all candidates, and waits for a migration that is under way. */
  settled: () => Promise<Location>;
  ways: Ways;
}

/** @returns the record of the migration, if there was one */
export async function carryOut(steps: readonly Step[], work: Work): Promise<MigrationRecord | undefined> {
  let record: MigrationRecord | undefined;
  for (const step of steps) record = (await carryOutStep(step, work)) ?? record;
  return record;
}

async function carryOutStep(step: Step, work: Work): Promise<MigrationRecord | undefined> {
  const { domain, candidate, migration, settled, ways, shutdownTimeoutSeconds } = work;
  if (step.do === "migrate") {
    const [from, to] = [candidate(step.from), candidate(step.to)];
    const luggage = luggageOf(migration, { domain, from, to, signal: ways.signal });
    return move({ domain, from, to, options: migration, luggage, settled, ways });
  }
  const { host } = candidate(step.on);
  ways.progress(`${step.do} on ${step.on}`);
  switch (step.do) {
    case "define":
      await define(host, domain.definition);
      return undefined;
    case "create":
      await create(host, domain.definition);
      return undefined;
    case "undefine":
      await undefine(host, domain.uuid);
      return undefined;
    case "start":
      await start(host, domain.uuid);
      return undefined;
    case "resume":
      await resume(host, domain.uuid);
      return undefined;
    case "set autostart":
      await setAutostart(host, domain.uuid, step.enabled);
      return undefined;
    case "shut down":
      if (await shutDown(host, domain.uuid, shutdownTimeoutSeconds * 1000, ways.signal)) return undefined;
      throw new StillRunning(domain.name, step.on, shutdownTimeoutSeconds);
  }
}

/** The guest did not heed the power button. */
export class StillRunning extends Error {
  constructor(name: string, host: string, seconds: number, hint = "") {
    super(
      `${name} on ${host} was asked to shut down and still runs after ${seconds} s (shutdownTimeoutSeconds).${hint}`,
    );
    this.name = "StillRunning";
  }
}
