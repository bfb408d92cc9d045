/** Ends a placement: the guest is shut down, destroyed or kept. */
import type { LockedOperation } from "../../placement/lock/locks";
import { waitUntilSettled } from "../../placement/migration/wait-until-settled";
import type { Placement } from "../../placement/placement";
import { carryOutRemoval } from "../../placement/remove";
import { othersOf } from "../shared/claim";

export type OnDelete = "shutdown" | "destroy" | "keep";

/** @returns the name of the host that it is gone from; undefined when it was nowhere, or stays */
export async function removePlacement(
  operation: LockedOperation,
  placement: Placement,
  onDelete: OnDelete,
): Promise<string | undefined> {
  const before = await waitUntilSettled(placement, operation);
  const { location } = before;
  const { domain, owner } = placement;
  const guest = location.kind === "split" ? location.to : location.kind === "at" ? location : undefined;
  const noted = guest ? [{ what: `${domain.name} on ${guest.hostName}`, owner: guest.domain.owner }] : [];
  const others = othersOf(noted, owner);
  if (others.length > 0) {
    others.forEach(operation.info);
    return undefined;
  }
  if (onDelete !== "keep") {
    await carryOutRemoval(placement, before, onDelete, operation);
    return guest?.hostName;
  }
  if (location.kind !== "at") return undefined;
  operation.info(
    `${placement.domain.name} stays ${location.domain.state} and defined on ${location.hostName}, and is only removed from the state.`,
  );
  return undefined;
}
