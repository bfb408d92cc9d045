/** Pure: the memory that a guest takes of a host. @see https://libvirt.org/formatdomain.html#memory-allocation */
import type { RoomNeeded } from "../../placement/preflight/guests-on-their-way";
import { hugePagesOf } from "../definition/huge-pages";
import { guestMemoryKiB } from "../definition/memory";
import { type Element, elementAt } from "../definition/xml";

export function roomNeededBy(domain: Element): RoomNeeded {
  const memoryKiB = guestMemoryKiB(domain);
  const hasHugePages = elementAt(domain, "memoryBacking", "hugepages") !== undefined;
  const [sizeKiB, count] = hugePagesOf(domain)[0]?.what.split(" ").map(Number) ?? [];
  return {
    memoryKiB: hasHugePages || !(memoryKiB > 0) ? undefined : memoryKiB,
    ...(sizeKiB !== undefined && count !== undefined && { hugePages: { sizeKiB, count } }),
  };
}
