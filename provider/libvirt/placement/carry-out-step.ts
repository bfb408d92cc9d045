/** What is run on the hosts for one step of a plan. */
import { MigrationFailed } from "../errors";
import { resumeCommand } from "../migration/command";
import type { Ways } from "../migration/follow";
import type { MigrationOptions } from "../migration/options";
import type { MigrationRecord } from "../migration/record";
import { runMigration } from "../migration/run";
import { create, define, destroyIf, resume, setAutostart, shutDown, start, undefine } from "../virsh";
import type { Candidate } from "./candidates";
import { luggageOf } from "./luggage";
import { move } from "./move";
import type { DomainName } from "./observation";
import type { Settled } from "./settle";
import { labelOf, type Step } from "./steps";

export interface Work {
  domain: DomainName & { definition: string };
  migration: MigrationOptions;
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
  const { domain, candidate, migration, settled, ways } = work;
  if ("on" in step) {
    ways.progress(labelOf(step));
    await onOneHost(step, work);
    return {};
  }
  const [from, to] = [candidate(step.from), candidate(step.to)];
  if (step.do === "resume post-copy") return resumePostCopy(from, to, work);
  const luggage = luggageOf(migration, { domain, from, to, signal: ways.signal });
  return move({ domain, from, to, options: migration, luggage, settled, ways });
}

async function onOneHost(step: Extract<Step, { on: string }>, work: Work): Promise<void> {
  const { domain, candidate, ways, shutdownTimeoutSeconds, stillRunningHint } = work;
  const { host } = candidate(step.on);
  switch (step.do) {
    case "define":
      return define(host, domain.definition);
    case "create":
      return create(host, domain.definition);
    case "undefine":
      return undefine(host, domain.uuid);
    case "start":
      return start(host, domain.uuid);
    case "take back":
    case "resume":
      return resume(host, domain.uuid);
    case "destroy":
    case "destroy shell":
      return destroyIf(host, domain.uuid, step.state);
    case "set autostart":
      return setAutostart(host, domain.uuid, step.enabled);
    case "shut down":
      if (!(await shutDown(host, domain.uuid, shutdownTimeoutSeconds * 1000, ways.signal)))
        throw new StillRunning(domain.name, step.on, shutdownTimeoutSeconds, stillRunningHint);
  }
}

/** Its figures are those of the whole move, which nobody has kept. */
async function resumePostCopy(from: Candidate, to: Candidate, work: Work): Promise<Done> {
  const { domain, migration, ways, settled } = work;
  ways.progress(`resuming post-copy ${from.name} => ${to.name}`);
  const command = resumeCommand(domain, to, migration);
  const { said } = await runMigration(from.host, domain.uuid, command, { listens: false, signal: ways.signal });
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
