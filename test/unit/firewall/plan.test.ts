import { policyPath, policyText, richRules } from "../../../provider/firewall/firewalld-policy";
import { type FirewallFacts, parseFirewallFacts } from "../../../provider/firewall/inspect";
import { mayRefuseByIptables } from "../../../provider/firewall/iptables";
import { commentOf, insertCommand, wantedRules } from "../../../provider/firewall/nft-rules";
import { noteText, unkeptIn } from "../../../provider/firewall/note";
import { openedPorts } from "../../../provider/firewall/opened";
import {
  firewallProblems,
  isAnyOurs,
  notLoaded,
  thingDifferences,
  wantedThings,
} from "../../../provider/firewall/plan";
import { parseRuleset } from "../../../provider/firewall/ruleset";
import { sourcesOf } from "../../../provider/firewall/sources";
import { differsForGood } from "../../../provider/firewall/unsaved";
import { fixture } from "../../fixtures/read";

const id = "0123";
const opening = {
  peers: ["10.0.0.1", "10.0.0.2", "fd00::1"],
  ports: [
    { lowest: 16_514, highest: 16_514 },
    { lowest: 49_152, highest: 49_215 },
  ],
};
const note = noteText({ createdDirectories: [], owner: undefined }, undefined);
const nftables: FirewallFacts = {
  firewall: "nftables",
  ruleset: parseRuleset(fixture("nft-1.0.6-ruleset.json")),
  refusesByIptables: false,
  file: undefined,
  version: "",
  policy: undefined,
  inForce: [],
  note,
};
const empty = { chains: [], rules: [] };
const none = { ...nftables, firewall: "none" as const, ruleset: empty };
const firewalld = { ...none, firewall: "firewalld" as const, version: "1.3.0" };
const differences = (facts: FirewallFacts) => thingDifferences(facts, wantedThings(facts, opening, id), id);
const problems = (facts: FirewallFacts) => firewallProblems("hv-a", facts, opening);

test.each<[what: string, facts: FirewallFacts, differences: RegExp[]]>([
  ["all is there", nftables, []],
  ["no note", { ...nftables, note: undefined }, [/^\/var\/lib\/pulumi-kvm-live\/firewall\/0123 is missing$/]],
  ["nothing filters", none, []],
  ["a file that nobody loads", { ...nftables, file: { path: "/etc/nftables.conf", text: "", isLoaded: false } }, []],
  [
    "a file that lacks the rules",
    { ...nftables, file: { path: "/etc/nftables.conf", text: "", isLoaded: true } },
    [/^\/etc\/nftables.conf does not have the rules that open the ports$/],
  ],
  ["a policy that is missing", firewalld, [/^\/etc\/firewalld\/policies\/kvm-live-0123.xml is missing$/]],
  [
    "a policy that was changed",
    { ...firewalld, policy: "x", inForce: richRules(opening) },
    [/kvm-live-0123.xml was changed$/],
  ],
  [
    "one that is not in force",
    { ...firewalld, policy: policyText(opening) },
    [/^firewalld does not have the rules of .* in force$/],
  ],
  ["one that is", { ...firewalld, policy: policyText(opening), inForce: richRules(opening).reverse() }, []],
  [
    "rules in nftables where firewalld has taken over",
    { ...firewalld, policy: policyText(opening), inForce: richRules(opening), ruleset: nftables.ruleset },
    [/has a rule of ours that is not wanted any more/, /not wanted/],
  ],
])("%s", (_, facts, expected) => expect(differences(facts)).toEqual(expected.map((one) => expect.stringMatching(one))));

test("lines that nft has refused are not asked for again, those that nobody loaded are", () => {
  const file = { path: "/etc/nftables.conf", text: "", isLoaded: true };
  const noted = (why: string) => ({
    ...nftables,
    file,
    note: noteText({ createdDirectories: [], owner: undefined }, why),
  });
  expect([differences(noted("nft does not load it")), differences(noted(notLoaded)).length]).toEqual([[], 1]);
  expect(unkeptIn(noted("a reason").note)).toBe("a reason");
  expect(unkeptIn(note)).toBeUndefined();
});

test.each<[facts: FirewallFacts, problems: RegExp[]]>([
  [nftables, []],
  [none, []],
  [firewalld, []],
  [{ ...none, firewall: "iptables-legacy" }, []],
  [
    { ...none, firewall: "ufw" },
    [
      /^hv-a: ufw filters its packets, which this resource does not change\. Open the ports there by `ufw allow proto tcp from 10\.0\.0\.1 to any port 16514 && .*`, and name hv-a in peers instead of hosts\.$/,
    ],
  ],
  [
    { ...none, firewall: "iptables", refusesByIptables: true },
    [/^hv-a: rules of iptables may refuse .* `iptables -I INPUT/],
  ],
  [
    { ...nftables, refusesByIptables: true },
    [/^hv-a: rules of iptables may refuse .* `nft .* && iptables-legacy -I INPUT/],
  ],
  [
    { ...nftables, ruleset: parseRuleset(fixture("nft-1.0.6-ruleset-of-iptables.json")) },
    [/^hv-a: the chain ip filter INPUT may refuse the connections and is iptables', .* `iptables -I INPUT/],
  ],
  [
    {
      ...nftables,
      ruleset: { chains: [{ family: "inet", table: "a b", name: "c", hook: "input", policy: "drop" }], rules: [] },
    },
    [/the chain inet a b c .* has a name that needs quotes/, /needs quotes/],
  ],
  [{ ...firewalld, version: "0.8.2" }, [/^hv-a: firewalld 0\.8\.2 has no policies, .* `firewall-cmd --permanent/]],
])("%#: reasons not to begin", (facts, expected) =>
  expect(problems(facts)).toEqual(expected.map((one) => expect.stringMatching(one))),
);

test("what is ours: a note, a rule, a line or a policy", () => {
  const line = wantedRules(nftables.ruleset, opening).map((rule) => insertCommand(rule, commentOf(id)))[0] ?? "";
  const nothing = { ...none, note: undefined };
  const withLine = { ...nothing, file: { path: "/etc/nftables.conf", text: `${line}\n`, isLoaded: false } };
  const all = [{ ...nothing, note }, { ...nothing, policy: "" }, { ...nothing, ruleset: nftables.ruleset }, withLine];
  expect(all.map((facts) => isAnyOurs(facts, id))).toEqual([true, true, true, true]);
  expect([isAnyOurs(nothing, id), isAnyOurs({ ...nftables, note: undefined }, "9999")]).toEqual([false, false]);
});

test("a policy of firewalld lets each peer in to each range, before the zones are asked", () => {
  expect(policyPath("0123456789abcdef")).toBe("/etc/firewalld/policies/kvm-live-01234567.xml");
  expect(policyText(opening)).toMatch(/<policy priority="-1000" target="CONTINUE">/);
  expect(policyText(opening).match(/<rule family="ipv4">/g)).toHaveLength(4);
  expect(richRules(opening)).toHaveLength(6);
  expect(richRules(opening)).toContain(
    'rule family="ipv6" source address="fd00::1" port port="49152-49215" protocol="tcp" accept',
  );
});

test.each<[rules: string, refuses: boolean]>([
  ["", false],
  ["-P INPUT ACCEPT\n-P FORWARD DROP\n-N DOCKER\n-A FORWARD -j DOCKER\n-A DOCKER -j DROP", false],
  ["-P INPUT DROP", true],
  ["-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j LOG --log-prefix x", false],
  ["-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-port-unreachable", true],
  ["-P INPUT ACCEPT\n-N a\n-N b\n-A INPUT -j a\n-A a -g b\n-A b -j a\n-A b -j DROP", true],
  ["-P INPUT ACCEPT\n-N LIBVIRT_INP\n-A INPUT -j LIBVIRT_INP\n-A LIBVIRT_INP -i virbr0 -p udp -j ACCEPT", false],
  ["iptables-legacy: not found", true],
])("%j: iptables may refuse: %s", (rules, refuses) => expect(mayRefuseByIptables(rules)).toBe(refuses));

test("connections come from a peer's addresses, and from those that its routes take", () => {
  const known = (addresses: [string, string[]][], sources: [string, string[]][]) => ({
    addresses: new Map(addresses),
    sources: new Map(sources),
  });
  const host = { name: "a", reachedBy: ["a.example"], known: known([["b.example", ["10.0.0.2"]]], []) };
  const peer = { name: "b", reachedBy: ["b.example"], known: known([], [["a.example", ["10.9.0.2", "10.0.0.2"]]]) };
  expect(sourcesOf(peer, host)).toEqual(["10.0.0.2", "10.9.0.2"]);
});

test.each([
  [
    "public (default, active)\n  target: default\n  interfaces: eth0\n  services: ssh",
    "public (default)\n  target: default\n  interfaces: \n  services: ssh",
    false,
  ],
  ["public (default, active)\n  services: ssh", "public (default)\n  services: ssh dns", true],
])("%j against %j: a reload loses something: %s", (runtime, permanent, loses) =>
  expect(differsForGood(runtime, permanent)).toBe(loses),
);

test("what the script records", () => {
  const record = (key: string, ...values: string[]) => ({ key, values });
  const facts = parseFirewallFacts([
    record("firewall", "nftables"),
    record("ruleset", fixture("nft-1.0.6-ruleset.json")),
    record("file", "/etc/nftables.conf", "yes", Buffer.from("caf\xe9\n", "latin1").toString("base64")),
    record("note", note),
  ]);
  expect(facts).toEqual({ ...nftables, file: { path: "/etc/nftables.conf", text: "caf\xe9\n", isLoaded: true } });
});

test.each<[what: string, facts: FirewallFacts]>([
  ["nftables'", nftables],
  ["firewalld's", { ...firewalld, inForce: richRules(opening) }],
])("the ports of %s rules are those that were opened", (_, facts) => {
  expect(openedPorts(facts, id)).toEqual(opening.ports);
  expect(openedPorts({ ...facts, inForce: [] }, "another")).toEqual([]);
});
