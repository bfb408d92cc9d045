/** Pure: the commands by which an operator lets peers in, by what filters on the host. */

import { insertCommand, wantedRules } from "./nft-rules";
import { type Opening, peersOf, printPorts } from "./opening";
import { isOfIptables, type Ruleset } from "./ruleset";

/** Programs that filter packets on a host; `none`: it has none. */
export const firewalls = ["firewalld", "ufw", "nftables", "iptables", "iptables-legacy", "none"] as const;
export type Firewall = (typeof firewalls)[number];

/** A host's packet filter, as far as it can be seen. */
export interface Filter {
  firewall: Firewall;
  /** All chains and rules of nftables. */
  ruleset: Ruleset;
  /** True where rules of iptables that nftables does not show may refuse a connection. */
  refusesByIptables: boolean;
}

/** Joined by `&&`; of nftables also where nothing may refuse, as far as can be seen. */
export function openingCommands({ firewall, ruleset, refusesByIptables }: Filter, opening: Opening): string {
  const each = (command: (peer: string, ports: Opening["ports"][number]) => string) =>
    opening.peers.flatMap((peer) => opening.ports.map((ports) => command(peer, ports)));
  const iptables = (program: string) =>
    each((peer, ports) => {
      const tool = peer.includes(":") ? program.replace("ip", "ip6") : program;
      return `${tool} -I INPUT -p tcp -s ${peer} --dport ${printPorts(ports, ":")} -j ACCEPT`;
    });
  const commands: Record<Firewall, () => string[]> = {
    firewalld: () => [
      ...each(
        (peer, ports) =>
          `firewall-cmd --permanent --add-rich-rule='rule family=${peer.includes(":") ? "ipv6" : "ipv4"} source address=${peer} port port=${printPorts(ports)} protocol=tcp accept'`,
      ),
      "firewall-cmd --reload",
    ],
    ufw: () => each((peer, ports) => `ufw allow proto tcp from ${peer} to any port ${printPorts(ports, ":")}`),
    nftables: () => [
      ...(refusesByIptables && wantedRules(ruleset, opening).length === 0
        ? []
        : nftCommands(ruleset, opening, iptables("iptables"))),
      ...(refusesByIptables ? iptables("iptables-legacy") : []),
    ],
    iptables: () => iptables("iptables"),
    "iptables-legacy": () => iptables("iptables-legacy"),
    none: () => nftCommands(ruleset, opening, []),
  };
  return commands[firewall]().join(" && ");
}

function nftCommands(ruleset: Ruleset, opening: Opening, ofIptables: string[]): string[] {
  const wanted = wantedRules(ruleset, opening);
  const rules = wanted.length > 0 ? wanted : inAnyChain(ruleset, opening);
  const own = rules.filter(({ chain }) => !isOfIptables(chain));
  return [
    ...own.map((rule) => `nft ${shellQuoted(insertCommand(rule))}`),
    ...(own.length < rules.length ? ofIptables : []),
  ];
}

/** Braces and semicolons are the shell's as well. */
const shellQuoted = (words: string) => (/[{};]/.test(words) ? `'${words}'` : words);

/** Where nothing is seen to refuse: the first chain that sees what comes in, or the one that most hosts have. */
function inAnyChain({ chains }: Ruleset, opening: Opening) {
  const usual = { family: "inet", table: "filter", name: "input" };
  const chain = chains.find(({ hook }) => hook === "input") ?? usual;
  return (["ip", "ip6"] as const)
    .filter((family) => peersOf(opening, family).length > 0)
    .map((family) => ({ chain, family, opening }));
}
