import { type Firewall, openingCommands } from "../../../provider/firewall/commands";
import type { Opening } from "../../../provider/firewall/opening";
import { parseRuleset, type Ruleset, refusingChains } from "../../../provider/firewall/ruleset";
import { fixture } from "../../fixtures/read";

const ports = [{ lowest: 49_152, highest: 49_215 }];
const captured = parseRuleset(fixture("nft-1.0.6-ruleset.json"));
const ofIptables = parseRuleset(fixture("nft-1.0.6-ruleset-of-iptables.json"));

const base = { family: "inet", table: "t", chain: "c" };
const chain = { family: "inet", table: "t", name: "c", hook: "input", policy: "accept" };
const dport = (right: unknown, op = "==") => ({
  match: { op, left: { payload: { protocol: "tcp", field: "dport" } }, right },
});
const meta = (key: string, right: unknown) => ({ match: { op: "==", left: { meta: { key } }, right } });
const state = (right: unknown) => ({ match: { op: "in", left: { ct: { key: "state" } }, right } });
const drop = { drop: null };
const rules = (...expr: unknown[][]): Ruleset => ({
  chains: [chain, { ...chain, name: "next", hook: "" }],
  rules: expr.map((one, index) => ({ ...base, handle: index, expr: one })),
});

const refuses = (ruleset: Ruleset) => refusingChains(ruleset, "ip", ports).length > 0;

test("as nft prints them: the chain whose policy is drop", () => {
  expect(refusingChains(captured, "ip", ports)).toEqual([
    expect.objectContaining({ table: "guard", name: "incoming" }),
  ]);
});

test.each<[what: string, expr: unknown[], refuses: boolean]>([
  ["a drop", [drop], true],
  ["a reject behind a counter", [{ counter: { packets: 0, bytes: 0 } }, { reject: { type: "tcp reset" } }], true],
  ["a queue", [{ queue: {} }], true],
  ["an accept", [{ accept: null }], false],
  ["a drop of another port", [dport(22), drop], false],
  ["a drop of ports without ours", [dport({ set: [22, { range: [80, 90] }] }), drop], false],
  ["a drop of a range with one of ours", [dport({ range: [49_000, 49_152] }), drop], true],
  ["a drop of ports that a named set has", [dport("@closed"), drop], true],
  ["a drop of all but ours", [dport({ range: [49_152, 49_215] }, "!="), drop], true],
  [
    "a drop of UDP",
    [{ match: { op: "==", left: { payload: { protocol: "udp", field: "dport" } }, right: 53 } }, drop],
    false,
  ],
  ["a drop of another protocol", [meta("l4proto", "udp"), drop], false],
  ["a drop of TCP", [meta("l4proto", { set: ["tcp", "udp"] }), drop], true],
  ["a drop of what comes over the loopback", [meta("iifname", "lo"), drop], false],
  ["a drop of what comes over a card", [meta("iifname", "eth0"), drop], true],
  ["a drop of invalid packets", [state("invalid"), drop], false],
  ["a drop of new connections", [state(["new", "untracked"]), drop], true],
  ["a map with a drop in it", [{ vmap: { key: {}, data: { set: [[25, drop]] } } }], true],
  ["a map that is elsewhere", [{ vmap: { key: {}, data: "@verdicts" } }], true],
  ["a jump to a chain without rules", [{ jump: { target: "next" } }], false],
  ["iptables' REJECT", [{ xt: { type: "target", name: "REJECT" } }], true],
  ["iptables' LOG", [{ xt: { type: "target", name: "LOG" } }], false],
  ["a match of iptables'", [{ xt: { type: "match", name: "comment" } }, { accept: null }], false],
])("%s", (_, expr, expected) => expect(refuses(rules(expr))).toBe(expected));

test("a jump to a chain that drops, and chains in a circle", () => {
  const jump = { ...base, handle: 1, expr: [{ goto: { target: "next" } }] };
  const next = (...expr: unknown[]) => ({ ...base, chain: "next", handle: 2, expr });
  const chains = rules().chains;
  expect(refuses({ chains, rules: [jump, next(drop)] })).toBe(true);
  expect(refuses({ chains, rules: [jump, next(dport(22), drop)] })).toBe(false);
  expect(refuses({ chains, rules: [jump, next({ jump: { target: "next" } })] })).toBe(false);
});

test("chains of another hook or of another family of addresses do not count", () => {
  const forward = { ...rules([drop]), chains: [{ ...chain, hook: "forward", policy: "drop" }] };
  const ip6 = { ...rules(), chains: [{ ...chain, family: "ip6", policy: "drop" }] };
  expect([refuses(forward), refuses(ip6), refusingChains(ip6, "ip6", ports).length]).toEqual([false, false, 1]);
});

describe("the command of an operator", () => {
  const none: Ruleset = { chains: [], rules: [] };
  const peers = ["192.0.2.11"];
  const opening = { peers, ports: [{ lowest: 5000, highest: 5010 }] };
  const one = { lowest: 16_514, highest: 16_514 };
  test.each<[[Firewall, Ruleset, Opening], string]>([
    [
      ["nftables", captured, opening],
      "nft insert rule inet guard incoming ip saddr 192.0.2.11 tcp dport 5000-5010 accept",
    ],
    [
      ["nftables", captured, { ...opening, peers: ["fd00::11"] }],
      "nft insert rule inet guard incoming ip6 saddr fd00::11 tcp dport 5000-5010 accept",
    ],
    [
      ["nftables", captured, { ...opening, ports: [one, ...opening.ports] }],
      "nft 'insert rule inet guard incoming ip saddr 192.0.2.11 tcp dport { 5000-5010, 16514 } accept'",
    ],
    [["nftables", ofIptables, opening], "iptables -I INPUT -p tcp -s 192.0.2.11 --dport 5000:5010 -j ACCEPT"],
    [["nftables", none, opening], "nft insert rule inet filter input ip saddr 192.0.2.11 tcp dport 5000-5010 accept"],
    [
      ["none", none, { peers, ports: [one] }],
      "nft insert rule inet filter input ip saddr 192.0.2.11 tcp dport 16514 accept",
    ],
    [["ufw", none, opening], "ufw allow proto tcp from 192.0.2.11 to any port 5000:5010"],
    [
      ["iptables-legacy", none, { ...opening, peers: ["fd00::11"] }],
      "ip6tables-legacy -I INPUT -p tcp -s fd00::11 --dport 5000:5010 -j ACCEPT",
    ],
    [
      ["firewalld", none, opening],
      "firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address=192.0.2.11 port port=5000-5010 protocol=tcp accept' && firewall-cmd --reload",
    ],
  ])("%#", ([firewall, ruleset, opening], command) =>
    expect(openingCommands({ firewall, ruleset, refusesByIptables: false }, opening)).toBe(command),
  );

  test("where both kinds of rules may refuse, both; where only the older kind does, that one", () => {
    const legacy = "iptables-legacy -I INPUT -p tcp -s 192.0.2.11 --dport 5000:5010 -j ACCEPT";
    const commands = (ruleset: Ruleset) =>
      openingCommands({ firewall: "nftables", ruleset, refusesByIptables: true }, opening);
    expect(commands(none)).toBe(legacy);
    expect(commands(captured)).toMatch(/^nft insert rule inet guard incoming .* && iptables-legacy -I INPUT/);
  });
});
