/** Pure: the memory that a guest takes of a host. @see https://libvirt.org/formatdomain.html#memory-allocation */
import type { RoomNeeded } from "../../placement/preflight/guests-on-their-way";
import { hugePagesOf } from "../definition/huge-pages";
import { inKiB } from "../definition/memory";
import { type Element, elementAt, textAt } from "../definition/xml";

export function roomNeededBy(domain: Element): RoomNeeded {
  const memory = elementAt(domain, "currentMemory") ?? elementAt(domain, "memory");
  const memoryKiB = inKiB(textAt(domain, memory?.name ?? ""), memory?.attributes.unit ?? "KiB");
  const hasHugePages = elementAt(domain, "memoryBacking", "hugepages") !== undefined;
  const [sizeKiB, count] = hugePagesOf(domain)[0]?.what.split(" ").map(Number) ?? [];
  return {
    memoryKiB: hasHugePages || !(memoryKiB > 0) ? undefined : memoryKiB,
    ...(sizeKiB !== undefined && count !== undefined && { hugePages: { sizeKiB, count } }),
  };
}
