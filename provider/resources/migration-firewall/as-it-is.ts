/** Provider side of `MigrationFirewall`: the inputs with which a program has what is on its hosts, for `pulumi import`. */

import { notedOwners } from "../../firewall/noted-owners";
import { openedPorts } from "../../firewall/opened";
import type { PortRange } from "../../firewall/opening";
import { isAnyOurs } from "../../firewall/plan";
import { readMark } from "../../host/file-mark";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import type { Candidates } from "../guest-placement/inputs";
import { together } from "../shared/many-hosts";
import { hostAt } from "../shared/ssh-host";
import { migrationFirewall } from "./definition";
import { type FirewallInputs, type FirewallsSeen, firewallSchema, observeFirewalls } from "./observe";

export interface FirewallAsItIs {
  /** Names of hosts; none where nothing of the resource is. */
  hosts: string[];
  peers: string[];
  /** Undefined where they are those of one move with all defaults. */
  ports: { min: number; max: number }[] | undefined;
  owner: Owner | undefined;
  /** How the hosts differ from these inputs. */
  differences: readonly string[];
  /** True where no rule is needed: nothing tells which ports the program had. */
  isUnfiltered: boolean;
  /** Whose the other openings on the hosts are. */
  others: Owner[];
}

/** @param candidates two or more. @param urn of the resource, by which its rules are known */
export async function firewallAsItIs(
  operation: Operation,
  candidates: Candidates,
  urn: string,
): Promise<FirewallAsItIs> {
  const { signal } = operation;
  const argsOf = (inputs: object): FirewallInputs => {
    const args = firewallSchema.parse(inputs);
    return { ...args, ...migrationFirewall.derived?.from(args, urn) };
  };
  const all = argsOf({ hosts: candidates });
  const first = await observeFirewalls(all, {}, signal);
  const own = first.hosts.filter(({ facts }) => isAnyOurs(facts, all.firewallId ?? "")).map(({ name }) => name);
  const some = (isWanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(candidates).filter(([name]) => isWanted(name)));
  const hosts = some((name) => own.includes(name));
  const peers = some((name) => !own.includes(name));
  const nothing = { hosts: own, peers: Object.keys(peers), ports: undefined, owner: undefined, differences: [] };
  if (own.length === 0) {
    const found = await together(Object.values(candidates), (one) => notedOwners(hostAt(one), signal));
    return { ...nothing, isUnfiltered: false, others: found.flat() };
  }
  const opened = openedBy(first, all.firewallId ?? "");
  const owner = first.hosts.flatMap(({ facts }) => readMark(facts.note)?.owner ?? [])[0];
  const found = { ...nothing, owner, isUnfiltered: opened.length === 0, others: [] };
  const differencesOf = async (inputs: object) => {
    const args = argsOf({ hosts, peers, ...inputs });
    const seen = await observeFirewalls(args, {}, signal);
    return migrationFirewall.stateOf(args, seen)?.drift ?? [];
  };
  const byDefault = await differencesOf({});
  const ports = sameOf(opened);
  if (byDefault.length === 0 || ports === undefined) return { ...found, differences: byDefault };
  return { ...found, ports, differences: await differencesOf({ migrations: [], ports }) };
}

/** The ports of each host that has rules for them. */
const openedBy = ({ hosts }: FirewallsSeen, id: string): PortRange[][] =>
  hosts.map(({ facts }) => openedPorts(facts, id)).filter((ranges) => ranges.length > 0);

/** Undefined where no rule tells them, or not the same on all hosts. */
function sameOf(opened: readonly PortRange[][]): FirewallAsItIs["ports"] {
  const [first] = opened;
  const isSame = new Set(opened.map((ranges) => JSON.stringify(ranges))).size === 1;
  return first && isSame ? first.map(({ lowest, highest }) => ({ min: lowest, max: highest })) : undefined;
}
