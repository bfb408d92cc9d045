/** Runs the steps of a plan, one after another. */
import { MigrationFailed } from "../errors";
import { completedJob, type MigrationOptions, type MigrationRecord, migrate, watchJob } from "../migrate";
import { define, resume, setAutostart, shutDown, start, undefine } from "../virsh";
import type { Candidate, DomainName } from "./candidates";
import type { Location } from "./locate";
import type { Step } from "./plan";

export interface Work {
  domain: DomainName;
  definition: string;
  migration: MigrationOptions;
  shutdownTimeoutSeconds: number;
  candidate: (name: string) => Candidate;
  /** Looks at all candidates, and waits for a migration that is under way. */
  settled: () => Promise<Location>;
  progress: (line: string) => void;
  signal: AbortSignal;
}

/** @returns the record of the migration, if there was one */
export async function carryOut(steps: readonly Step[], work: Work): Promise<MigrationRecord | undefined> {
  let record: MigrationRecord | undefined;
  for (const step of steps) record = (await carryOutStep(step, work)) ?? record;
  return record;
}

async function carryOutStep(step: Step, work: Work): Promise<MigrationRecord | undefined> {
  const { domain, definition, candidate, progress, signal, shutdownTimeoutSeconds } = work;
  if (step.do === "migrate") return move(step.from, step.to, work);
  const { host } = candidate(step.on);
  progress(`${step.do} on ${step.on}`);
  switch (step.do) {
    case "define":
      await define(host, definition);
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
      if (await shutDown(host, domain.uuid, shutdownTimeoutSeconds * 1000, signal)) return undefined;
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

/**
 * Whatever the command says, both sides are looked at afterwards: they are what counts.
 *
 * @throws MigrationFailed when the guest is not on the destination
 */
async function move(fromName: string, toName: string, work: Work): Promise<MigrationRecord> {
  const { domain, migration, candidate, progress, settled, signal } = work;
  const [from, to] = [candidate(fromName), candidate(toName)];
  const way = `${fromName} => ${toName}`;
  progress(`migrating ${way}: preparing`);
  const ended = new AbortController();
  const watching = watchJob(domain, from, (line) => progress(`migrating ${way}: ${line}`), ended.signal);
  const said = await migrate(domain, { from, to, options: migration, signal })
    .then(({ exitCode, stderr }) => (exitCode === 0 ? "" : stderr))
    .catch((error: Error) => error.message)
    .finally(() => ended.abort());
  await watching;
  progress(`migrating ${way}: verifying`);
  const location = await settled();
  if (location.kind !== "at" || location.host !== toName)
    throw new MigrationFailed(`${domain.name} was not moved from ${fromName} to ${toName}. ${now(location)}`, said);
  const job = await completedJob(domain, to, signal);
  return {
    from: fromName,
    to: toName,
    totalTimeMs: job?.elapsedMs ?? 0,
    downtimeMs: job?.downtimeMs ?? 0,
    bytes: job?.processedBytes ?? 0,
    iterations: job?.iterations ?? 0,
    encrypted: true, // libvirt refuses a stream that QEMU cannot encrypt when asked for --tls
  };
}

function now(location: Location): string {
  if (location.kind === "at") return `It is ${location.domain.state} on ${location.host}.`;
  if (location.kind === "unclear") return location.reason;
  return location.kind === "nowhere" ? "It is on none of the candidates now." : "A migration of it goes on.";
}
