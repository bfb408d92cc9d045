/** Pure: the huge pages that a guest's memory is made of. @see https://libvirt.org/formatdomain.html#memory-backing */
import type { Requirement } from "../../placement/preflight/host-requirements";
import { inKiB } from "./memory";
import { type Element, elementAt, elementsAt, textAt } from "./xml";

/** A page size that is not named is the host's default, which is not known here. */
export function hugePagesOf(domain: Element): Requirement[] {
  if (elementAt(domain, "memoryBacking", "hugepages") === undefined) return [];
  const pages = elementsAt(domain, "memoryBacking", "hugepages", "page").map(({ attributes }) => attributes);
  // With several sizes each is for some NUMA nodes of the guest: libvirt knows how much that is.
  const [page] = pages;
  if (pages.length !== 1 || page === undefined || page.nodeset !== undefined) return [];
  const sizeKiB = inKiB(page.size, page.unit ?? "KiB");
  const memory = elementAt(domain, "memory");
  const memoryKiB = inKiB(memory && textAt(domain, "memory"), memory?.attributes.unit ?? "KiB");
  if (!(sizeKiB > 0) || !(memoryKiB > 0)) return [];
  return [{ kind: "huge pages", what: `${sizeKiB} ${Math.ceil(memoryKiB / sizeKiB)}` }];
}
