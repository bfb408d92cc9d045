/** Pure: spellings of addresses and names. */
import { isIP } from "node:net";

/** An address as it is written before a port or a path: IPv6 in brackets. */
export const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** A host as it is named where no user matters: several sshds of one address are several hosts. */
export const nameWithPort = ({ address, port }: { address: string; port?: number | undefined }): string =>
  port === undefined ? address : `${address}:${port}`;

/** A name or an address as it is compared. IPv6 addresses have many spellings, and certificates use the longest. */
export function canonicalName(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();
}
