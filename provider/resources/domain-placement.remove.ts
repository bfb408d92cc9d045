/** How a placement ends: the guest is shut down, destroyed or kept. */
import { carryOutRemoval, type Placement, type Precautions } from "../libvirt/placement/placement";
import { settle } from "../libvirt/placement/settle";
import type { Context } from "../lifecycle/context";

export async function removePlacement(
  context: Context,
  placement: Placement,
  onDelete: "shutdown" | "destroy" | "keep",
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
