/** Announces in a preview what will be done about a placement. */
import { refuse } from "../../lifecycle/errors";
import { locateGuest } from "../../placement/migration/wait-until-settled";
import type { SettledLocation } from "../../placement/observe/locate";
import { isActive } from "../../placement/observe/observation";
import { claimsOn } from "../../placement/plan/plan";
import { describeStep, type Step } from "../../placement/plan/steps";
import { printFinding, sortFindings } from "../../placement/preflight/finding";
import { planWithPreflight } from "../../placement/reconcile";
import type { Operation } from "../../util/operation";
import type { GuestModel } from "./reconcile";

/** A definition is read when a guest is started. */
export const isDefinedWhileRunning = (steps: readonly Step[], location: SettledLocation): boolean =>
  steps.some((step) => step.do === "define") &&
  !steps.some((step) => step.do === "start") &&
  location.kind === "at" &&
  isActive(location.domain);

export const laterNotice = (name: string): string =>
  `The new definition of ${name} takes effect when the guest is next started.`;

/**
 * For the preview, from what the hosts say now: of changed inputs, or without any of what is to be repaired.
 *
 * @returns what would be done
 * @throws Refused for what nothing in the same run will make possible, when all else has been said
 */
export async function announceSteps(
  operation: Operation,
  { placement, unencryptedWarning }: GuestModel<unknown>,
  knownDigest: string | undefined,
): Promise<readonly Step[]> {
  const { name } = placement.domain;
  const seen = await locateGuest(placement, operation.signal);
  const { location } = seen;
  for (const { notice } of claimsOn(seen, placement)) if (notice !== undefined) operation.info(notice);
  if (location.kind === "moving") {
    operation.info(`A migration of ${name} is under way: \`pulumi up\` waits for its end.`);
    return [];
  }
  if (location.kind === "unclear") {
    operation.warn(refusedForNow(location.reason));
    return [];
  }
  const plan = await planWithPreflight(placement, { ...seen, location }, knownDigest, operation);
  if (plan.refusal !== undefined) operation.warn(refusedForNow(plan.refusal));
  for (const step of plan.steps) operation.info(describeStep(step, name, placement.messages));
  if (isDefinedWhileRunning(plan.steps, location)) operation.info(laterNotice(name));
  if (unencryptedWarning !== undefined && plan.steps.some((step) => step.do === "migrate"))
    operation.warn(unencryptedWarning);
  const { errors, errorsForNow, warnings } = sortFindings(plan.findings);
  for (const finding of warnings) operation.warn(printFinding(finding));
  for (const finding of errorsForNow) operation.warn(refusedForNow(printFinding(finding)));
  refuse(errors.map(printFinding));
  return plan.steps;
}

const refusedForNow = (reason: string) => `As things are now, this would be refused: ${reason}`;
