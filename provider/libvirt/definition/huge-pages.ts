/** Pure: the huge pages that a guest's memory is made of. @see https://libvirt.org/formatdomain.html#memory-backing */
import type { Requirement } from "../../placement/preflight/host-requirements";
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

/** @see https://libvirt.org/formatdomain.html#memory-allocation (unit) */
const bytesOf: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  k: 2 ** 10,
  KiB: 2 ** 10,
  MB: 1e6,
  M: 2 ** 20,
  MiB: 2 ** 20,
  GB: 1e9,
  G: 2 ** 30,
  GiB: 2 ** 30,
  TB: 1e12,
  T: 2 ** 40,
  TiB: 2 ** 40,
};

const inKiB = (number: string | undefined, unit: string): number =>
  Math.ceil((Number(number) * (bytesOf[unit] ?? Number.NaN)) / 1024);
