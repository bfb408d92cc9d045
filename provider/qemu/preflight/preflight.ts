/** Finds everything that would make a start or a move of a guest fail, before it begins. */

import { candidateOf } from "../../placement/observe/candidate";
import type { Located } from "../../placement/observe/locate";
import { foundOn } from "../../placement/observe/observation";
import type { Step } from "../../placement/plan/steps";
import type { Wanted } from "../../placement/plan/wanted";
import type { Finding } from "../../placement/preflight/finding";
import { lockedImages } from "../../placement/preflight/image-locks";
import { handedOnProblem } from "../../qemu-command-line/handed-on";
import { needsOf } from "../../qemu-command-line/needs";
import type { Operation } from "../../util/operation";
import type { QemuGuestOptions } from "../guest";
import { hostFindings } from "./hosts";
import { moveFindings } from "./moving";
import { startFindings } from "./starting";

export async function preflight(
  guest: QemuGuestOptions,
  wanted: Wanted,
  steps: readonly Step[],
  { observations }: Located,
  operation: Operation,
): Promise<Finding[]> {
  const { fenced } = wanted;
  const { signal } = operation;
  const on = (hostName: string) => candidateOf(wanted, hostName);
  const starts = steps.flatMap((step) => (step.do === "create" ? [on(step.on)] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const images = needsOf(guest.commandLine).images.map(({ path }) => path);
  const locked = fenced.length === 0 ? [] : starts.map((one) => lockedImages(one, images, fenced, operation));
  const found = await Promise.all([
    ...starts.map((one) => startFindings(guest, one, guest.commandLine, signal)),
    ...starts.map((one) => hostFindings(guest, one, guest.commandLine, operation)),
    ...locked,
    ...moves.map(({ from, to }) => {
      const source = foundOn(observations).find(({ hostName }) => hostName === from)?.domain;
      const problem = handedOnProblem(source?.commandLine ?? [], source?.commandLineProblem);
      if (problem !== undefined) return [commandLineUnknown(guest.domain.name, from, problem)];
      return moveFindings(guest, on(from), on(to), source?.commandLine ?? guest.commandLine, operation);
    }),
  ]);
  return found.flat();
}

const commandLineUnknown = (name: string, hostName: string, problem: string): Finding => ({
  code: "command-line-unknown",
  hostName,
  subject: "commandLine",
  seen: `${name} cannot move from ${hostName}: ${problem}.`,
  fix: "Shut it down: the next `pulumi up` starts it with the command line that the program gives.",
});
