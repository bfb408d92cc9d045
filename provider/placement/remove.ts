/** Ends a guest: off, and defined nowhere. */

import type { LockedOperation } from "./lock/locks";
import { PlacementUnclear, type SettledGuest } from "./migration/wait-until-settled";
import type { Placement } from "./placement";
import { planRemoval, type Settled } from "./plan/plan";
import { carryOut, StillRunning } from "./reconcile";

/** Absent already is fine. @throws PlacementUnclear; StillRunning */
export async function carryOutRemoval(
  placement: Placement,
  before: SettledGuest,
  onDelete: "shutdown" | "destroy",
  operation: LockedOperation,
): Promise<void> {
  const planNow = (seen: Settled) => planRemoval(seen, placement, onDelete);
  const plan = planNow(before);
  if (plan.kind === "refused") throw new PlacementUnclear(placement.domain.name, plan.reason);
  await carryOut(plan.steps, placement, before.location, operation, planNow).catch((error: Error) => {
    if (error instanceof StillRunning)
      error.message += ' To end it anyway, set onDelete to "destroy", run `pulumi up`, then delete it again.';
    throw error;
  });
}
