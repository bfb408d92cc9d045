/** Reads a host's packet filter, and our part in it. */
import { firstOf, type HostRecord, valuesOf } from "../host/records";
import { scriptFile } from "../host/script";
import { type Filter, firewalls } from "./commands";
import { policyName } from "./firewalld-policy";
import { mayRefuseByIptables } from "./iptables";
import { notePath } from "./note";
import { parseRuleset } from "./ruleset";

export interface FirewallFacts extends Filter {
  /** The file that nftables.service has, one character a byte, and whether that service is enabled or has been started. */
  file: { path: string; text: string; isLoaded: boolean } | undefined;
  /** Version of firewalld, e.g. `1.3.0`; empty where it does not run. */
  version: string;
  /** The file of our policy of firewalld. */
  policy: string | undefined;
  /** Rules of our policy that firewalld has in force, as it prints them. */
  inForce: readonly string[];
  /** Text of our note. */
  note: string | undefined;
}

/** To be run after `recordFunctions`, with the values of {@link inspectValues}. */
export const inspectScript = scriptFile(__dirname, "inspect.sh");
export const inspectValues = (id: string): [policy: string, note: string] => [policyName(id), notePath(id)];

/** Pure: the script's answer. @throws SyntaxError when nft has printed no JSON */
export function parseFirewallFacts(records: readonly HostRecord[]): FirewallFacts {
  const json = firstOf(records, "ruleset");
  const [path = "", loaded, coded = ""] = valuesOf(records, "file")[0] ?? [];
  const text = Buffer.from(coded, "base64").toString("latin1");
  return {
    firewall: firewalls.find((one) => one === firstOf(records, "firewall")) ?? "none",
    ruleset: json === "" ? { chains: [], rules: [] } : parseRuleset(json),
    refusesByIptables: mayRefuseByIptables(firstOf(records, "iptables")),
    file: path === "" ? undefined : { path, text, isLoaded: loaded === "yes" },
    version: firstOf(records, "version").trim(),
    policy: valuesOf(records, "policy")[0]?.[0],
    inForce: firstOf(records, "inForce").split("\n").filter(Boolean),
    note: valuesOf(records, "note")[0]?.[0],
  };
}
