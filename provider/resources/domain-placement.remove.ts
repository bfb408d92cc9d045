/** How a placement ends: the guest is shut down, destroyed or kept. */

import { StillRunning } from "../libvirt/placement/carry-out";
import { isActive } from "../libvirt/placement/locate";
import { candidateOf, type Placement } from "../libvirt/placement/placement";
import { settle } from "../libvirt/placement/settle";
import { destroy, shutDown, undefine } from "../libvirt/virsh";
import type { Context } from "../lifecycle/context";

export async function removePlacement(
  context: Context,
  placement: Placement,
  onDelete: "shutdown" | "destroy" | "keep",
): Promise<void> {
  const { domain, shutdownTimeoutSeconds } = placement;
  const { location } = await settle(placement, context, false);
  if (location.kind === "nowhere") return;
  if (onDelete === "keep") {
    context.info(
      `${domain.name} stays ${location.domain.state} and defined on ${location.host}, and is only forgotten.`,
    );
    return;
  }
  const hostOf = (name: string) => candidateOf(placement, name).host;
  const host = hostOf(location.host);
  if (isActive(location.domain) && onDelete === "destroy") await destroy(host, domain.uuid);
  if (isActive(location.domain) && onDelete === "shutdown") {
    context.progress(`shutting down on ${location.host}`);
    if (!(await shutDown(host, domain.uuid, shutdownTimeoutSeconds * 1000, context.signal)))
      throw new StillRunning(
        domain.name,
        location.host,
        shutdownTimeoutSeconds,
        ' To end it without its consent, set onDelete to "destroy", run `pulumi up`, then delete it again.',
      );
  }
  // A transient domain has no definition to take away once it is off.
  const rest = location.domain.persistent ? [location.host, ...location.leftovers] : location.leftovers;
  for (const name of rest) await undefine(hostOf(name), domain.uuid);
}
