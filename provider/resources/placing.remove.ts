/** How a placement ends: the guest is shut down, destroyed or kept. */

import type { Context } from "../lifecycle/context";
import { carryOutRemoval, type Placement, type Precautions } from "../placement/placement";
import { settle } from "../placement/settle";

export type OnDelete = "shutdown" | "destroy" | "keep";

export async function removePlacement(
  context: Context,
  placement: Placement,
  onDelete: OnDelete,
  precautions: Precautions,
): Promise<void> {
  const before = await settle(placement, context, false);
  const { location } = before;
  if (onDelete !== "keep") return carryOutRemoval(placement, onDelete, { before, ways: context, precautions });
  if (location.kind !== "at") return;
  context.info(
    `${placement.domain.name} stays ${location.domain.state} and defined on ${location.host}, and is only forgotten.`,
  );
}
