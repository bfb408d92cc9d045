/**
 * Carries a plan out. Before each step all candidates are looked at, and it is done only if the plan made from what
 * they say now is still the rest of the old one.
 */
import { carryOutStep } from "./carry-out-step";
import type { LockedOperation } from "./guard";
import type { Placement } from "./placement";
import type { Plan, Settled } from "./plan";
import { remaining } from "./remaining";
import { PlacementUnclear, type SettledGuest, waitUntilSettled } from "./settle";
import { hostsOf, labelOf, type Step } from "./steps";

/**
 * @param planNow what is to be done now. @param isDefined whether its definition has been written by this run
 * @returns how it is when nothing is left to do, with all migrations that have ended meanwhile
 */
export async function carryOut(
  planned: readonly Step[],
  placement: Placement,
  operation: LockedOperation,
  planNow: (seen: Settled, isDefined: boolean) => Plan,
): Promise<SettledGuest> {
  const { name } = placement.domain;
  let isDefined = false;
  let rest = [...planned];
  let seen = await waitUntilSettled(placement, operation);
  const records = [...seen.records];
  for (;;) {
    const plan = planNow(seen, isDefined);
    if (plan.kind === "refused") throw new PlacementUnclear(name, plan.reason);
    rest = remaining(name, rest, plan.steps, seen.observations);
    const step = rest.shift();
    if (step === undefined) return { ...seen, records };
    await operation.locks.assertHeld();
    seen = (await inJournal(step, placement, operation)) ?? (await waitUntilSettled(placement, operation));
    records.push(...seen.records);
    isDefined ||= step.do === "define";
  }
}

async function inJournal(step: Step, placement: Placement, operation: LockedOperation) {
  const write = (outcome: string) =>
    operation.journal(hostsOf(step), `${placement.domain.name}: ${labelOf(step)}: ${outcome}`);
  await write("begun");
  try {
    const settled = await carryOutStep(step, placement, operation);
    await write("done");
    return settled;
  } catch (error) {
    await write(`failed: ${(error as Error).message.split("\n")[0]}`);
    throw error;
  }
}
