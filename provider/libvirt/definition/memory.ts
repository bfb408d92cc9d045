/** Pure: amounts of memory in definitions. @see https://libvirt.org/formatdomain.html#memory-allocation */
import { type Element, elementAt, textAt } from "./xml";

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

/** NaN for what is no amount. */
export const inKiB = (number: string | undefined, unit: string): number =>
  Math.ceil((Number(number) * (bytesOf[unit] ?? Number.NaN)) / 1024);

/** Memory that a guest has when it starts; NaN for a definition that does not say. */
export function guestMemoryKiB(domain: Element): number {
  const memory = elementAt(domain, "currentMemory") ?? elementAt(domain, "memory");
  return inKiB(textAt(domain, memory?.name ?? ""), memory?.attributes.unit ?? "KiB");
}
