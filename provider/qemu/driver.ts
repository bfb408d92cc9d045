/** QEMU by itself, as a placement uses it: no libvirt is asked or needed. */

import { writeTextFile } from "../host/files";
import type { Driver, StepOnHost } from "../placement/driver";
import type { Candidate } from "../placement/observe/candidate";
import { hasQemu } from "../placement/observe/has-qemu";
import { qemuForSeconds, upForSeconds } from "../placement/observe/how-long";
import { printOwner } from "../util/owner";
import type { QemuGuestOptions } from "./guest";
import { removeUnit } from "./launch";
import { migrationAttempt } from "./migration/attempt";
import { jobOf } from "./migration/job";
import { jobControl } from "./migration/job-control";
import { resumePostCopy } from "./migration/resume-post-copy";
import { observeGuest } from "./observe";
import { preflight } from "./preflight/preflight";
import { cont, queryState, withMonitor } from "./qmp/monitor";
import { ownerFile } from "./unit";
import { destroyIf, launchOn, requestShutdown } from "./verbs";

export function qemuDriver(guest: QemuGuestOptions): Driver {
  const { domain } = guest;
  return {
    observe: (host, signal) => observeGuest(host, domain, signal),
    hasQemu: (host, signal) => hasQemu(host, domain.uuid, signal),
    leavingForSeconds: ({ host }, signal) => qemuForSeconds(host, domain.uuid, signal),
    ages: async ({ host }, signal) => ({ upForSeconds: await upForSeconds(host, signal) }),
    preflight: (wanted, steps, seen, operation) => preflight(guest, wanted, steps, seen, operation),
    act: (step, on, signal) => act(step, on, guest, signal),
    requestShutdown: (on, signal) => requestShutdown(on, domain, signal),
    resumePostCopy: (from, to, signal) => resumePostCopy(guest, from, to, signal),
    migration: (from, to, signal) => migrationAttempt(guest, from, to, signal),
    job: (source) => jobControl(domain, source),
    lastJob,
  };

  /** Only the source has figures, for as long as its QEMU is there. */
  async function lastJob(from: Candidate | undefined, _to: Candidate, signal: AbortSignal) {
    if (!from) return undefined;
    const answer = withMonitor(
      from.host,
      domain,
      async (qmp) => {
        const { info, state } = await queryState(qmp);
        return info.status === "completed" && state.reason === "migrating" ? jobOf(info, state) : undefined;
      },
      signal,
    );
    return answer.catch(() => undefined); // it is gone, and its figures with it
  }
}

async function act(step: StepOnHost, on: Candidate, guest: QemuGuestOptions, signal: AbortSignal): Promise<void> {
  const { domain, commandLine } = guest;
  switch (step.do) {
    case "create":
      return launchOn(on, guest, { commandLine, incoming: false }, signal);
    case "undefine":
      return removeUnit(on.host, domain);
    case "set owner":
      return (
        guest.owner && writeTextFile(on.host, ownerFile(domain.uuid), `${printOwner(guest.owner)}\n`, { mode: 0o600 })
      );
    case "roll back":
    case "resume":
      return withMonitor(on.host, domain, cont, signal);
    case "destroy":
    case "destroy stale copy":
      return destroyIf(on, domain, step.expectedState);
    default:
      throw new RangeError(`A guest without a definition has no use for the step "${step.do}".`);
  }
}
