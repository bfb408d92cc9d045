/**
 * Carries a plan out. Before each step all candidates are looked at, and it is done only if the plan made from what
 * they say now is still the rest of the old one.
 */

import { carryOutStep, type Work } from "./carry-out-step";
import type { MigrationRecord } from "./migration/record";
import type { Plan } from "./plan";
import { remaining } from "./remaining";
import { PlacementUnclear, type Settled } from "./settle";
import { hostsOf, labelOf, type Step } from "./steps";

export interface Conduct extends Work {
  /** What is to be done now. @param redefine whether a change by hand is still to be undone */
  planFrom: (seen: Settled, redefine: boolean) => Plan;
  redefine: boolean;
  /** Whether nobody else has begun to act on it meanwhile. @throws GuestBusy */
  ensureAlone: () => Promise<void>;
  /** One line for whoever looks into it later, on these hosts. */
  journal: (hosts: readonly string[], line: string) => Promise<void>;
}

export interface CarriedOut {
  /** How it is when nothing is left to do. */
  seen: Settled;
  record: MigrationRecord | undefined;
}

export async function carryOut(planned: readonly Step[], conduct: Conduct): Promise<CarriedOut> {
  const { domain, settled, planFrom, ensureAlone } = conduct;
  let { redefine } = conduct;
  let rest = [...planned];
  let record: MigrationRecord | undefined;
  let seen = await settled();
  for (;;) {
    const plan = planFrom(seen, redefine);
    if (plan.kind !== "steps")
      throw new PlacementUnclear(domain.name, plan.kind === "wait" ? "It moves." : plan.reason);
    rest = remaining(domain.name, rest, plan, seen.observations);
    const [step] = rest;
    if (step === undefined) return { seen, record };
    await ensureAlone();
    const done = await inJournal(step, conduct);
    record = done?.record ?? record;
    redefine = redefine && step.do !== "define";
    rest = rest.slice(1);
    seen = done?.seen ?? (await settled());
  }
}

async function inJournal(step: Step, conduct: Conduct) {
  const { domain, journal } = conduct;
  const write = (outcome: string) => journal(hostsOf(step), `${domain.name}: ${labelOf(step)}: ${outcome}`);
  await write("begun");
  try {
    const done = await carryOutStep(step, conduct);
    await write("done");
    return done;
  } catch (error) {
    await write(`failed: ${(error as Error).message.split("\n")[0]}`);
    throw error;
  }
}
