/** Pure: the ports that our rules on a host open. */
import { portsInRichRules } from "./firewalld-policy";
import type { FirewallFacts } from "./inspect";
import { commentOf, portsInRules } from "./nft-rules";
import { mergedPorts, type PortRange } from "./opening";

/** None where no rule is needed. */
export function openedPorts({ firewall, ruleset, inForce }: FirewallFacts, id: string): PortRange[] {
  const printed = firewall === "firewalld" ? portsInRichRules(inForce) : portsInRules(ruleset, commentOf(id));
  const ranges = printed.flatMap((text): PortRange[] => {
    const [, lowest, highest = lowest] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    return lowest === undefined ? [] : [{ lowest: Number(lowest), highest: Number(highest) }];
  });
  return mergedPorts(ranges);
}
