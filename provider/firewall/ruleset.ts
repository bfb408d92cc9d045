/**
 * Pure: nftables' rules, and which chains may refuse a connection. To accept a packet ends nothing but the chain of one
 * hook: the next chain of the same hook still sees it. So a rule that opens ports has to be in each chain that may refuse.
 *
 * @see https://manpages.debian.org/bookworm/libnftables1/libnftables-json.5.en.html
 */
import type { Family, PortRange } from "./opening";

export interface NftRule {
  family: string;
  table: string;
  chain: string;
  handle: number;
  comment?: string;
  expr: readonly unknown[];
}

export interface Chain {
  family: string;
  table: string;
  name: string;
  /** Base chains only, as the following ones. */
  hook?: string;
  policy?: string;
}

export interface Ruleset {
  chains: readonly Chain[];
  rules: readonly NftRule[];
}

/** @param json as `nft -j list ruleset` prints it. @throws SyntaxError for anything else */
export function parseRuleset(json: string): Ruleset {
  const { nftables } = JSON.parse(json) as { nftables: { chain?: Chain; rule?: NftRule }[] };
  return { chains: nftables.flatMap(({ chain }) => chain ?? []), rules: nftables.flatMap(({ rule }) => rule ?? []) };
}

type Place = Pick<NftRule, "family" | "table" | "chain">;

export const placeOfChain = ({ family, table, name }: Chain): Place => ({ family, table, chain: name });
export const printPlace = ({ family, table, chain }: Place): string => `${family} ${table} ${chain}`;

export const rulesIn = ({ rules }: Ruleset, place: Place): NftRule[] =>
  rules.filter((rule) => printPlace(rule) === printPlace(place));

/** Base chains for what comes in that may refuse a new connection to one of these ports. */
export function refusingChains(ruleset: Ruleset, family: Family, ports: readonly PortRange[]): Chain[] {
  const sees = ({ family: of, hook }: Chain) => hook === "input" && (of === "inet" || of === family);
  return ruleset.chains.filter(
    (chain) =>
      sees(chain) &&
      (chain.policy === "drop" ||
        rulesIn(ruleset, placeOfChain(chain)).some((rule) => mayRefuse(rule, ruleset, ports))),
  );
}

/** @param visited chains that are being looked at: chains may not be in a circle, but what is printed could be anything */
export function mayRefuse(
  rule: NftRule,
  ruleset: Ruleset,
  ports: readonly PortRange[],
  visited: readonly string[] = [],
): boolean {
  if (rule.expr.some((statement) => misses(statement, ports))) return false;
  return rule.expr.some((statement) => {
    const { refuses, targets } = verdictsIn(statement);
    const places = targets.map((chain) => ({ ...rule, chain })).filter((place) => !visited.includes(printPlace(place)));
    return (
      refuses ||
      places.some((place) =>
        rulesIn(ruleset, place).some((next) => mayRefuse(next, ruleset, ports, [...visited, printPlace(place)])),
      )
    );
  });
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** Targets of iptables-nft, which nft cannot show, that a packet survives. */
const harmlessTargets = ["LOG", "NFLOG", "MARK", "CONNMARK", "CHECKSUM", "TCPMSS", "TRACE", "CT", "AUDIT"];

/** What a statement, or a map of verdicts at any depth in it, does to a packet. */
function verdictsIn(statement: unknown): { refuses: boolean; targets: string[] } {
  if (!isObject(statement)) return { refuses: false, targets: [] };
  const parts = Object.entries(statement).map(([key, value]) => {
    if (key === "drop" || key === "reject" || key === "queue") return { refuses: true, targets: [] };
    if (key === "jump" || key === "goto") return { refuses: false, targets: [String((value as Json).target)] };
    if (key === "xt") return { refuses: isRefusingTarget(value), targets: [] };
    if (key === "vmap" && typeof (value as Json).data === "string") return { refuses: true, targets: [] };
    return verdictsIn(value);
  });
  return { refuses: parts.some(({ refuses }) => refuses), targets: parts.flatMap(({ targets }) => targets) };
}

const isRefusingTarget = (xt: unknown) =>
  isObject(xt) ? xt.type === "target" && !harmlessTargets.includes(String(xt.name)) : true;

/** True for a match that no first packet of a connection to these ports fulfils. */
function misses(statement: unknown, ports: readonly PortRange[]): boolean {
  const match = isObject(statement) ? statement.match : undefined;
  if (!isObject(match) || !isObject(match.left) || (match.op !== "==" && match.op !== "in")) return false;
  const { payload, meta, ct } = match.left as Record<string, Json | undefined>;
  const values = valuesOf(match.right);
  if (values === undefined) return false;
  if (payload?.protocol === "tcp" && payload.field === "dport")
    return !values.some((value) => ports.some((range) => overlaps(value, range)));
  if (payload) return otherProtocols.includes(String(payload.protocol));
  if (meta?.key === "l4proto") return !values.some((value) => value === "tcp" || value === 6);
  if (meta?.key === "iif" || meta?.key === "iifname") return values.every((value) => value === "lo");
  return ct?.key === "state" && !values.some((value) => value === "new" || value === "untracked");
}

const otherProtocols = ["udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "esp", "ah", "arp"];

/** @returns undefined for what cannot be seen here, such as a named set */
function valuesOf(right: unknown): unknown[] | undefined {
  if (typeof right === "string" && right.startsWith("@")) return undefined;
  if (Array.isArray(right)) return right;
  return isObject(right) && Array.isArray(right.set) ? right.set : [right];
}

function overlaps(value: unknown, { lowest, highest }: PortRange): boolean {
  const range = isObject(value) ? value.range : [value, value];
  if (!Array.isArray(range) || !range.every((end) => typeof end === "number")) return true;
  const [from = 0, to = 65_535] = range as number[];
  return from <= highest && to >= lowest;
}

/** iptables-nft keeps its rules in chains of these names, and cannot read what nft writes there. */
export const isOfIptables = ({ family, table, name }: Chain): boolean =>
  (family === "ip" || family === "ip6") && table === "filter" && name === "INPUT";
