/** Pure: what a host has to let in: TCP ports, from some addresses. */
import { isIPv6 } from "node:net";

export interface PortRange {
  lowest: number;
  highest: number;
}

export interface Opening {
  /** IP addresses. */
  peers: readonly string[];
  ports: readonly PortRange[];
}

/** In order, without overlap: nft refuses ranges that overlap. */
export function mergedPorts(ranges: readonly PortRange[]): PortRange[] {
  const merged: PortRange[] = [];
  for (const { lowest, highest } of [...ranges].sort((a, b) => a.lowest - b.lowest)) {
    const last = merged.at(-1);
    if (last && lowest <= last.highest + 1) last.highest = Math.max(last.highest, highest);
    else merged.push({ lowest, highest });
  }
  return merged;
}

/** @param between e.g. `-` */
export const printPorts = ({ lowest, highest }: PortRange, between = "-"): string =>
  lowest === highest ? String(lowest) : `${lowest}${between}${highest}`;

export const families = ["ip", "ip6"] as const;
export type Family = (typeof families)[number];

export const peersOf = ({ peers }: Pick<Opening, "peers">, family: Family): string[] =>
  peers.filter((peer) => isIPv6(peer) === (family === "ip6")).sort();
