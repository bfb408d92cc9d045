/** Pure: a host as people name it on a command line, as for ssh: `[USER@]HOST[:PORT]`. */
import type { ConnectionArgs } from "./connection-args";

const user = String.raw`(?:([A-Za-z_][A-Za-z0-9_.-]*\$?)@)?`;
const nameOrBracketed = String.raw`(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?))`;
const withPort = new RegExp(String.raw`^${user}${nameOrBracketed}(?::(\d{1,5}))?$`);
/** An IPv6 address without brackets leaves no room for a port. */
const bareIpv6 = new RegExp(`^${user}([0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$`);

/** @returns undefined for what ssh would not take for a host either */
export function connectionOf(word: string): Pick<ConnectionArgs, "address" | "user" | "port"> | undefined {
  const [, user, bracketed, plain, port] = withPort.exec(word) ?? bareIpv6.exec(word) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined || Number(port ?? 22) > 65_535 || Number(port ?? 22) < 1) return undefined;
  return { address, ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) };
}

export const notAHost = (word: string): string =>
  `${JSON.stringify(word)} is no host: write [USER@]HOST[:PORT], and an IPv6 address with a port in brackets.`;
