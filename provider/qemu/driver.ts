/** QEMU by itself, as a placement uses it: no libvirt is asked or needed. */
import type { Candidate } from "../placement/candidates";
import type { Driver, StepOnHost } from "../placement/driver";
import { viewGuest } from "./facts";
import { removeUnit } from "./launch";
import { depart } from "./migration/depart";
import { jobOf } from "./migration/job";
import { jobsOf } from "./migration/jobs";
import { resumePostCopy } from "./migration/resume-post-copy";
import { goOn, lookIn, monitored } from "./monitor";
import type { PlacedGuest } from "./placed-guest";
import { preflight } from "./preflight";
import { askToShutDown, endIf, launchOn } from "./verbs";
import { words } from "./words";

export function qemuDriver(guest: PlacedGuest): Driver {
  const { domain } = guest;
  return {
    words,
    jobs: jobsOf(domain),
    view: viewGuest,
    preflight: (question, looking) => preflight(guest, question, looking),
    act: (step, on, signal) => act(step, on, guest, signal),
    askToShutDown: (on, signal) => askToShutDown(on, domain, signal),
    resumePostCopy: (from, to, signal) => resumePostCopy(guest, from, to, signal),
    depart: (from, to, signal) => depart(guest, from, to, signal),
    completed,
  };

  /** Only the source has figures, for as long as its QEMU is there. */
  async function completed(from: Candidate | undefined, _to: Candidate, signal: AbortSignal) {
    if (!from) return undefined;
    const ask = monitored(
      from.host,
      domain,
      async (qmp) => {
        const { info, state } = await lookIn(qmp);
        return info.status === "completed" && state.reason === "migrating" ? jobOf(info, state) : undefined;
      },
      signal,
    );
    return ask.catch(() => undefined); // it is gone, and its figures with it
  }
}

async function act(step: StepOnHost, on: Candidate, guest: PlacedGuest, signal: AbortSignal): Promise<void> {
  const { domain, commandLine } = guest;
  switch (step.do) {
    case "create":
      return launchOn(on, guest, { commandLine, incoming: false }, signal);
    case "undefine":
      return removeUnit(on.host, domain);
    case "take back":
    case "resume":
      return monitored(on.host, domain, goOn, signal);
    case "destroy":
    case "destroy shell":
      return endIf(on, domain, step.state);
    default:
      throw new RangeError(`A guest without a definition has no use for the step "${step.do}".`);
  }
}
