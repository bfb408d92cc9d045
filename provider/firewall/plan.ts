/** Pure: what has to be on a host so that ports are open, what forbids it, and what differs. */
import { isAtLeast } from "../util/version";
import { openingCommands } from "./commands";
import { policyPath, policyText, richRules } from "./firewalld-policy";
import type { FirewallFacts } from "./inspect";
import {
  commentOf,
  hasCommands,
  insertCommand,
  isPlainPlace,
  ownRules,
  ruleDifferences,
  type WantedRule,
  wantedRules,
  withCommands,
} from "./nft-rules";
import { notePath, unkeptIn } from "./note";
import type { Opening } from "./opening";
import { type Chain, isOfIptables, placeOfChain, printPlace } from "./ruleset";

/** Things that are to be ours on a host; none where nothing is open. */
export interface WantedThings {
  rules: readonly WantedRule[];
  /** Lines in the file that nftables.service loads. */
  lines: readonly string[];
  policy: string | undefined;
  inForce: readonly string[];
}

export const nothing: WantedThings = { rules: [], lines: [], policy: undefined, inForce: [] };

export const notLoaded = "nftables.service is not enabled";

export function wantedThings(facts: FirewallFacts, opening: Opening, id: string): WantedThings {
  if (facts.firewall === "firewalld") return { ...nothing, policy: policyText(opening), inForce: richRules(opening) };
  if (facts.firewall !== "nftables") return nothing;
  const rules = wantedRules(facts.ruleset, opening);
  return { ...nothing, rules, lines: rules.map((rule) => insertCommand(rule, commentOf(id))) };
}

export const isAnyOurs = ({ ruleset, file, policy, note }: FirewallFacts, id: string): boolean =>
  note !== undefined ||
  policy !== undefined ||
  ownRules(ruleset, commentOf(id)).length > 0 ||
  hasCommands(file?.text ?? "", commentOf(id));

/** How a host differs from what is wanted, one phrase per difference. */
export function thingDifferences(facts: FirewallFacts, wanted: WantedThings, id: string): string[] {
  const { file, policy, note } = facts;
  const path = policyPath(id);
  return [
    ...(note === undefined ? [`${notePath(id)} is missing`] : []),
    ...ruleDifferences(facts.ruleset, wanted.rules, commentOf(id)),
    ...(isFileDue(facts, wanted, id) ? [`${file?.path} does not have the rules that open the ports`] : []),
    ...(policy === wanted.policy ? [] : [`${path} ${policy === undefined ? "is missing" : "was changed"}`]),
    ...(policy === wanted.policy && !isInForce(facts, wanted)
      ? [`firewalld does not have the rules of ${path} in force`]
      : []),
  ];
}

/** True when firewalld has the wanted rules of our policy in force, and no others. */
export const isInForce = ({ inForce }: FirewallFacts, wanted: WantedThings): boolean =>
  [...inForce].sort().join("\n") === [...wanted.inForce].sort().join("\n");

/** False for a file that has refused the lines before, or that nobody loads. */
function isFileDue({ file, note }: FirewallFacts, { lines }: WantedThings, id: string): boolean {
  if (file === undefined || file.text === withCommands(file.text, commentOf(id), lines)) return false;
  const unkept = unkeptIn(note);
  return file.isLoaded && (unkept === undefined || unkept === notLoaded);
}

const firstWithPolicies = "0.9";

const untouched = (what: string) => (name: string, commands: string) =>
  `${name}: ${what}, which this resource does not change. Open the ports there by \`${commands}\`, and name ${name} in peers instead of hosts.`;

/** Reasons not to begin, in words that have the host's name. */
export function firewallProblems(name: string, facts: FirewallFacts, opening: Opening): string[] {
  const { firewall, ruleset, refusesByIptables, version } = facts;
  const say = (what: string) => untouched(what)(name, openingCommands(facts, opening));
  if (firewall === "ufw") return [say("ufw filters its packets")];
  if (firewall === "firewalld")
    return isAtLeast(version, firstWithPolicies)
      ? []
      : [say(`firewalld ${version} has no policies, which come with ${firstWithPolicies}, only zones`)];
  const chains = firewall === "nftables" ? wantedRules(ruleset, opening).map(({ chain }) => chain) : [];
  const mayRefuse = (chain: Chain) => `the chain ${printPlace(placeOfChain(chain))} may refuse the connections`;
  return [
    ...(refusesByIptables ? [say("rules of iptables may refuse the connections")] : []),
    ...chains.filter(isOfIptables).map((chain) => say(`${mayRefuse(chain)} and is iptables'`)),
    ...chains
      .filter((chain) => !isOfIptables(chain) && !isPlainPlace(chain))
      .map((chain) => say(`${mayRefuse(chain)} and has a name that needs quotes`)),
  ];
}
