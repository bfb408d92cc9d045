/** Where a host's connections to another one come from: its addresses, and those that its routes take. */
import { isIP } from "node:net";
import { type HostRecord, valuesOf } from "../host/records";
import { scriptFile } from "../host/script";

/** What a host knows of other hosts' names, each a name or an IP address. */
export interface KnownNames {
  /** Addresses of a name; none where it does not resolve. */
  addresses: ReadonlyMap<string, readonly string[]>;
  /** Own addresses from which connections to a name come. */
  sources: ReadonlyMap<string, readonly string[]>;
}

/** To be run after `recordFunctions`, with the names as `$3`. */
export const sourcesScript = scriptFile(__dirname, "sources.sh");

/** Pure: the script's answer. */
export function parseKnownNames(records: readonly HostRecord[]): KnownNames {
  const names = valuesOf(records, "addresses").map(([name = "", all = ""]) => [name, usable(all.split("\n"))] as const);
  const sources = names.map(([name]) => {
    const routes = valuesOf(records, "route").filter(([to]) => to === name);
    return [name, usable(routes.flatMap(([, route = ""]) => / src (\S+)/.exec(route)?.[1] ?? ""))] as const;
  });
  return { addresses: new Map(names), sources: new Map(sources) };
}

/** Not a host's own loopback, which /etc/hosts may have for its name; nor one that is of a link only. */
const usable = (addresses: readonly string[]): string[] =>
  [...new Set(addresses)].filter((one) => isIP(one) !== 0 && !one.includes("%") && !/^(127\.|::1$|fe80:)/i.test(one));

export interface NetworkHost {
  name: string;
  /** Names or IP addresses by which others reach it. */
  reachedBy: readonly string[];
  known: KnownNames;
}

/** Addresses that connections from a peer to a host may come from. Address translation between them cannot be seen. */
export const sourcesOf = (peer: NetworkHost, host: NetworkHost): string[] => [
  ...new Set([
    ...peer.reachedBy.flatMap((name) => host.known.addresses.get(name) ?? []),
    ...host.reachedBy.flatMap((name) => peer.known.sources.get(name) ?? []),
  ]),
];
