/** Pure: our rules in nftables' chains, known by their comment. @see https://manpages.debian.org/bookworm/nftables/nft.8.en.html */
import { appendLines, removeLines } from "../host/owned-lines";
import { type Family, families, mergedPorts, type Opening, type PortRange, peersOf, printPorts } from "./opening";
import {
  type Chain,
  mayRefuse,
  type NftRule,
  placeOfChain,
  printPlace,
  type Ruleset,
  refusingChains,
  rulesIn,
} from "./ruleset";

export interface WantedRule {
  chain: Chain;
  family: Family;
  opening: Opening;
}

/** One for each chain that may refuse, and each family of addresses. */
export const wantedRules = (ruleset: Ruleset, opening: Opening): WantedRule[] =>
  families.flatMap((family) =>
    peersOf(opening, family).length === 0
      ? []
      : refusingChains(ruleset, family, opening.ports).map((chain) => ({ chain, family, opening })),
  );

const anyMark = "pulumi-kvm-live:";
/** Comment of the rules of one resource. */
export const commentOf = (id: string): string => `${anyMark}${id}`;

const list = (values: readonly string[]) => (values.length === 1 ? values[0] : `{ ${values.join(", ")} }`);

const matchOf = ({ family, opening }: WantedRule): string => {
  const ports = mergedPorts(opening.ports).map((range) => printPorts(range));
  return `${family} saddr ${list(peersOf(opening, family))} tcp dport ${list(ports)}`;
};

/** Before all others of its chain: what stands before it could refuse. */
export const insertCommand = (rule: WantedRule, mark?: string): string =>
  `insert rule ${printPlace(placeOfChain(rule.chain))} ${matchOf(rule)} accept${mark === undefined ? "" : ` comment "${mark}"`}`;

export const ownRules = ({ rules }: Ruleset, mark: string): NftRule[] =>
  rules.filter(({ comment }) => comment === mark);

export const deleteCommand = (rule: NftRule): string => `delete rule ${printPlace(rule)} handle ${rule.handle}`;

/** A name that nft reads as it is written. */
export const isPlainPlace = (chain: Chain): boolean =>
  [chain.table, chain.name].every((name) => /^[A-Za-z][A-Za-z0-9_./-]*$/.test(name));

/** How our rules differ from what is wanted, in words; nothing when they do not. */
export function ruleDifferences(ruleset: Ruleset, wanted: readonly WantedRule[], mark: string): string[] {
  const isWanted = (rule: NftRule) => wanted.some((one) => isThis(rule, one));
  return [
    ...wanted.flatMap((one) => {
      const place = placeOfChain(one.chain);
      const own = rulesIn(ruleset, place).findIndex((rule) => rule.comment === mark && isThis(rule, one));
      const lets = `${printPlace(place)} does not let ${list(peersOf(one.opening, one.family))} in`;
      if (own < 0) return [`the chain ${lets}`];
      const before = rulesIn(ruleset, place).slice(0, own);
      return before.some((rule) => mayRefuse(rule, ruleset, one.opening.ports))
        ? [`a rule of the chain ${printPlace(place)} that may refuse stands before the one that opens the ports`]
        : [];
    }),
    ...ownRules(ruleset, mark)
      .filter((rule) => !isWanted(rule))
      .map((rule) => `the chain ${printPlace(rule)} has a rule of ours that is not wanted any more`),
  ];
}

/** True of a rule that nft prints with the same addresses and ports. */
function isThis(rule: NftRule, { chain, family, opening }: WantedRule): boolean {
  if (printPlace(rule) !== printPlace(placeOfChain(chain)) || matchesOf(rule).length !== 2) return false;
  const peers = elements(rightOf(rule, [family], "saddr")).sort();
  const ports = elements(rightOf(rule, ["tcp"], "dport"));
  const wanted = [peersOf(opening, family), mergedPorts(opening.ports).map((range) => printPorts(range))];
  const isAccept = rule.expr.some((one) => "accept" in (one as object));
  return isAccept && [peers, ports].every((seen, index) => seen.join() === wanted[index]?.join());
}

const matchesOf = ({ expr }: NftRule): Match[] => expr.flatMap((one) => (one as { match?: Match }).match ?? []);

const rightOf = (rule: NftRule, protocols: readonly string[], field: string): unknown =>
  matchesOf(rule).find(
    ({ op, left: { payload } }) => op === "==" && payload?.field === field && protocols.includes(payload.protocol),
  )?.right;

interface Match {
  op: string;
  left: { payload?: { protocol: string; field: string } };
  right: unknown;
}

/** Our rules as they are in force: chain, and what is let in. */
export const printedRules = (ruleset: Ruleset, mark: string): string[] =>
  ownRules(ruleset, mark).map((rule) => {
    const saddr = rightOf(rule, families, "saddr");
    return `${printPlace(rule)}: ${list(elements(saddr))} to ${list(elements(rightOf(rule, ["tcp"], "dport")))}`;
  });

/** The ports that our rules let in. */
export const portsInRules = (ruleset: Ruleset, mark: string): string[] =>
  ownRules(ruleset, mark).flatMap((rule) => elements(rightOf(rule, ["tcp"], "dport")));

function elements(right: unknown): string[] {
  const all = (right as { set?: unknown[] } | undefined)?.set ?? [right];
  const ranges = all.map((one) => (one as { range?: number[] } | undefined)?.range ?? one);
  return ranges.map((one) => (Array.isArray(one) ? printRange(one) : String(one)));
}

const printRange = ([lowest = 0, highest = 0]: number[]) => printPorts({ lowest, highest } satisfies PortRange);

/** How a file ended before: our lines have to begin on one of their own. */
const unended = " # after a line without an end";
const isOwnLine = (line: string, mark: string) =>
  line.startsWith("insert rule ") && line.includes(` comment "${mark}"`);

/** The file that nftables.service loads, with these commands of ours and no others. */
export function withCommands(text: string, mark: string, commands: readonly string[]): string {
  const foreign = withoutCommands(text, mark);
  return commands.length === 0 ? foreign : appendLines(foreign, commands, unended);
}

const withoutCommands = (text: string, mark: string): string =>
  removeLines(
    text,
    (line) => isOwnLine(line, mark),
    unended,
    (line) => isOwnLine(line.replace(/ comment "pulumi-kvm-live:[0-9a-f]+"/, ` comment "${mark}"`), mark),
  );

export const hasCommands = (text: string, mark: string): boolean =>
  text.split("\n").some((line) => isOwnLine(line, mark));
