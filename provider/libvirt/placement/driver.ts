/** libvirt, as a placement uses it. */
import type { Candidate } from "../../placement/candidates";
import type { Departure, Driver, StepOnHost } from "../../placement/driver";
import type { DomainName } from "../../placement/observation";
import { viewDomain } from "../domain-facts";
import { explained } from "../errors";
import { migrateCommand, resumeCommand } from "../migration/command";
import { completedJob, jobs } from "../migration/job-control";
import { isEncrypted, type MigrationOptions, transportOf } from "../migration/options";
import { runMigration } from "../migration/run";
import { askToShutDown, create, define, destroyIf, resume, setAutostart, start, undefine } from "../virsh";
import { keepLuggage, luggageOf } from "./luggage";
import { preflight } from "./preflight";
import { words } from "./words";

export interface Placed {
  domain: DomainName & { definition: string };
  migration: MigrationOptions;
}

export function libvirtDriver(placed: Placed): Driver {
  const { domain, migration } = placed;
  return {
    words,
    jobs,
    view: (host, { uuid }, signal) => viewDomain(host, uuid, signal),
    preflight: (question, looking) => preflight({ ...question, ...placed }, looking),
    act: (step, on) => act(step, on, domain),
    askToShutDown: ({ host }, signal) => askToShutDown(host, domain.uuid, signal),
    resumePostCopy: async (from, to, signal) => {
      const command = resumeCommand(domain, to, migration);
      return explained((await runMigration(from.host, domain.uuid, command, { listens: false, signal })).said);
    },
    depart: (from, to, signal) => depart(placed, from, to, signal),
    completed: (_from, to, signal) => completedJob(domain, to.host, signal),
    keepImages: (at) => keepLuggage(migration, domain.definition, at),
  };
}

async function act(step: StepOnHost, { host }: Candidate, { uuid, definition }: Placed["domain"]): Promise<void> {
  switch (step.do) {
    case "define":
      return define(host, definition);
    case "create":
      return create(host, definition);
    case "undefine":
      return undefine(host, uuid);
    case "start":
      return start(host, uuid);
    case "take back":
    case "resume":
      return resume(host, uuid);
    case "destroy":
    case "destroy shell":
      return destroyIf(host, uuid, step.state);
    case "set autostart":
      return setAutostart(host, uuid, step.enabled);
  }
}

/** `virsh migrate` runs as long as the job does; peer to peer, the job also goes on without it. */
function depart({ domain, migration }: Placed, from: Candidate, to: Candidate, signal: AbortSignal): Departure {
  const luggage = luggageOf(migration, { domain, from, to, signal });
  return {
    prepare: luggage.prepare,
    async start(slowGuest) {
      const options = slowGuest ? { ...migration, autoConverge: true } : migration;
      const listens = migration.postCopy !== undefined;
      const ended = runMigration(from.host, domain.uuid, migrateCommand(domain, to, options), { listens, signal });
      return {
        ended,
        outcome: async () => {
          const ran = await ended;
          return { ...ran, said: explained(ran.said) };
        },
      };
    },
    arrived: luggage.arrived,
    withdraw: luggage.withdraw,
    known: { encrypted: isEncrypted(migration), transport: transportOf(migration) },
  };
}
