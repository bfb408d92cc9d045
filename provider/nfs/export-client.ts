/** Pure: clients that may mount an export, as exports(5) names them. */
import { BlockList, isIP, isIPv4 } from "node:net";
import { canonicalName } from "../util/address";

/** @returns why exports(5) would refuse the client or misread it; undefined for a valid one */
export function clientProblem(client: string): string | undefined {
  if (client === "") return "must not be empty: exports(5) would take it for every host";
  if (client.length > 253) return "must have 253 characters at most";
  if (/[\s()"'\\#,]/.test(client)) return "must be without whitespace, quotes, parentheses and commas";
  if (client === "*" || isIP(client)) return undefined;
  if (client.startsWith("@"))
    return /^@[A-Za-z0-9._-]+$/.test(client) ? undefined : "must be @ followed by the name of a netgroup";
  if (client.includes("/")) return networkProblem(client);
  if (/^[\d.*?]+$/.test(client)) return "must be a complete IP address, or a network such as 10.77.0.0/24";
  if (/^[A-Za-z0-9*?[_]([A-Za-z0-9*?[\]._-]*[A-Za-z0-9*?\]])?$/.test(client)) return undefined;
  return "must be a host name, an IP address without brackets, a network, a wildcard, @ and a netgroup, or *";
}

function networkProblem(client: string): string | undefined {
  const [address = "", prefix = "", ...rest] = client.split("/");
  const bits = isIPv4(address) ? 32 : 128;
  if (!isIP(address) || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits || rest.length > 0)
    return "must be a network as ADDRESS/BITS";
  const network = isIPv4(address) ? ipv4Network(address, Number(prefix)) : address;
  return network === address ? undefined : `names a host within a network: write ${network}/${prefix}`;
}

function ipv4Network(address: string, prefix: number): string {
  const bytes = address.split(".").map(Number);
  const kept = bytes.map((byte, index) => byte & (0xff << Math.max(0, Math.min(8, 8 * (index + 1) - prefix))) & 0xff);
  return kept.join(".");
}

/** @returns whether the client includes an address; undefined when only the server can tell, e.g. for names */
export function clientHolds(client: string, address: string): boolean | undefined {
  if (client === "*") return true;
  const [base = "", prefix] = client.split("/");
  const family = isIPv4(base) ? "ipv4" : "ipv6";
  if (!isIP(base) || !isIP(address)) return undefined;
  const list = new BlockList();
  if (prefix === undefined) list.addAddress(base, family);
  else list.addSubnet(base, Number(prefix), family);
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** Whether two clients are the same in different spellings; no name is looked up. */
export const sameClient = (a: string, b: string): boolean => canonicalClient(a) === canonicalClient(b);

function canonicalClient(client: string): string {
  const [base = "", prefix] = client.split("/");
  const family = isIP(base);
  if (family === 0) return client.toLowerCase();
  const longest = family === 4 ? 32 : 128;
  return `${canonicalName(base)}/${prefix === undefined ? longest : isIPv4(prefix) ? maskBits(prefix) : Number(prefix)}`;
}

/** `255.255.255.0` is 24. */
const maskBits = (mask: string): number =>
  mask
    .split(".")
    .map((byte) => Number(byte).toString(2).padStart(8, "0"))
    .join("")
    .replace(/0+$/, "").length;

/** An export as exportfs takes it on its command line, where IPv6 needs brackets that the file must not have. */
export function exportArgument(client: string, path: string): string {
  const [base = "", prefix] = client.split("/");
  if (isIP(base) !== 6) return `${client}:${path}`;
  return `[${base}]${prefix === undefined ? "" : `/${prefix}`}:${path}`;
}
