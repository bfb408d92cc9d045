/** libvirt, as a placement uses it. */

import type { Driver, StepOnHost } from "../placement/driver";
import type { Candidate } from "../placement/observe/candidate";
import { hasQemu } from "../placement/observe/has-qemu";
import type { LibvirtGuest } from "./guest";
import { migrationAttempt, runMigration } from "./migration/attempt";
import { resumeCommand } from "./migration/command";
import { keepCopiedImages } from "./migration/copied-images";
import { completedJob, jobControl } from "./migration/job-control";
import { ages, leavingForSeconds } from "./migration/traces";
import { lookAtDomain, observeDomain } from "./observe";
import { preflight } from "./preflight/preflight";
import { create, define, destroyIf, requestShutdown, resume, setAutostart, setOwner, start, undefine } from "./virsh";

/** @param onlyLooks nothing is done because of what is observed: others may have been told it just now. @default false */
export function libvirtDriver(guest: LibvirtGuest, onlyLooks = false): Driver {
  const { domain, migration } = guest;
  return {
    observe: (host, signal, newerThanMs) =>
      onlyLooks ? lookAtDomain(host, domain.uuid, signal, newerThanMs) : observeDomain(host, domain.uuid, signal),
    hasQemu: (host, signal) => hasQemu(host, domain.uuid, signal),
    leavingForSeconds: ({ host }, signal) => leavingForSeconds(host, domain, signal),
    ages: ({ host }, signal) => ages(host, domain.name, signal),
    preflight: (wanted, steps, seen, operation) => preflight(guest, wanted, steps, seen, operation),
    act: (step, on) => act(step, on, guest),
    requestShutdown: ({ host }, signal) => requestShutdown(host, domain.uuid, signal),
    resumePostCopy: async (from, to, signal) => {
      const argv = resumeCommand(domain, to, migration);
      return (await runMigration(from.host, domain.uuid, argv, { listens: false, signal })).failure;
    },
    migration: (from, to, signal) => migrationAttempt(guest, from, to, signal),
    job: (source) => jobControl(domain, source),
    lastJob: (_from, to, signal) => completedJob(domain, to.host, signal),
    keepCopiedImages: (at) => keepCopiedImages(guest, at),
  };
}

async function act(step: StepOnHost, { host }: Candidate, { domain, owner }: LibvirtGuest): Promise<void> {
  const { uuid, definition } = domain;
  switch (step.do) {
    case "define":
      return define(host, definition, owner);
    case "create":
      return create(host, definition, owner);
    case "undefine":
      return undefine(host, uuid);
    case "start":
      return start(host, uuid);
    case "roll back":
    case "resume":
      return resume(host, uuid);
    case "destroy":
    case "destroy stale copy":
      return destroyIf(host, uuid, step.expectedState);
    case "set owner":
      return setOwner(host, uuid, { definition: step.mark, owner });
    case "set autostart":
      return setAutostart(host, uuid, step.enabled);
  }
}
