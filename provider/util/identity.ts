/** Pure: identities that are the same in each run. */
import { createHash } from "node:crypto";

/** Short digest of a text, 16 hexadecimal digits, to compare texts and to make ids. */
export const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

export const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID of version 8 (RFC 9562), the same for the same seed in the same namespace. */
export function uuidFrom(namespace: string, seed: string): string {
  const bytes = createHash("sha256").update(`${namespace}\0${seed}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * A MAC address in the range that QEMU takes its own from; those are 52:54:00:12:34:56 in every guest.
 *
 * @param index number of the network card within the guest
 */
export function stableMac(uuid: string, index: number): string {
  const bytes = digest(`${uuid.toLowerCase()} ${index}`).slice(0, 6).match(/../g) ?? [];
  return ["52:54:00", ...bytes].join(":");
}
