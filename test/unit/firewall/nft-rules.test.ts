import {
  insertCommand,
  ownRules,
  printedRules,
  ruleDifferences,
  wantedRules,
  withCommands,
} from "../../../provider/firewall/nft-rules";
import { mergedPorts } from "../../../provider/firewall/opening";
import { parseRuleset } from "../../../provider/firewall/ruleset";
import { fixture } from "../../fixtures/read";

const mark = "pulumi-kvm-live:0123";
const opening = {
  peers: ["10.0.0.2", "fd00::1", "10.0.0.1"],
  ports: [
    { lowest: 49_152, highest: 49_215 },
    { lowest: 16_514, highest: 16_514 },
  ],
};
/** With our two rules, which nft was given by the commands below. */
const captured = parseRuleset(fixture("nft-1.0.6-ruleset.json"));
const wanted = wantedRules(captured, opening);

test("one command for each family of addresses", () =>
  expect(wanted.map((rule) => insertCommand(rule, mark))).toEqual([
    'insert rule inet guard incoming ip saddr { 10.0.0.1, 10.0.0.2 } tcp dport { 16514, 49152-49215 } accept comment "pulumi-kvm-live:0123"',
    'insert rule inet guard incoming ip6 saddr fd00::1 tcp dport { 16514, 49152-49215 } accept comment "pulumi-kvm-live:0123"',
  ]));

test("what nft prints of them is what was wanted", () => {
  expect(ruleDifferences(captured, wanted, mark)).toEqual([]);
  expect(printedRules(captured, mark)).toEqual([
    "inet guard incoming: fd00::1 to { 16514, 49152-49215 }",
    "inet guard incoming: { 10.0.0.1, 10.0.0.2 } to { 16514, 49152-49215 }",
  ]);
});

test.each<[what: string, change: () => Parameters<typeof ruleDifferences>, difference: RegExp[]]>([
  [
    "gone",
    () => [{ ...captured, rules: captured.rules.filter(({ comment }) => !comment) }, wanted, mark],
    [/^the chain inet guard incoming does not let \{ 10.0.0.1, 10.0.0.2 \} in$/, /does not let fd00::1 in/],
  ],
  [
    "another peer",
    () => [captured, wantedRules(captured, { ...opening, peers: ["10.0.0.3", "fd00::1"] }), mark],
    [/does not let 10.0.0.3 in/, /has a rule of ours that is not wanted any more/],
  ],
  [
    "another port",
    () => [captured, wantedRules(captured, { peers: ["fd00::1"], ports: [{ lowest: 5, highest: 5 }] }), mark],
    [/does not let fd00::1 in/, /not wanted/, /not wanted/],
  ],
  ["of another resource", () => [captured, wanted, "pulumi-kvm-live:9999"], [/does not let/, /does not let/]],
  ["nothing wanted", () => [captured, [], mark], [/not wanted/, /not wanted/]],
  [
    "behind one that drops",
    () => [
      {
        ...captured,
        rules: [
          { ...(captured.rules.at(-1) as (typeof captured.rules)[number]), expr: [{ drop: null }] },
          ...captured.rules,
        ],
      },
      wanted,
      mark,
    ],
    [/may refuse stands before the one that opens the ports/, /may refuse stands before/],
  ],
  [
    "with one more condition",
    () => [
      {
        ...captured,
        rules: captured.rules.map((rule) =>
          rule.comment
            ? { ...rule, expr: [{ match: { op: "==", left: { meta: { key: "iif" } }, right: "eth9" } }, ...rule.expr] }
            : rule,
        ),
      },
      wanted,
      mark,
    ],
    [/does not let/, /does not let/, /not wanted/, /not wanted/],
  ],
])("a difference: %s", (_, change, differences) =>
  expect(ruleDifferences(...change())).toEqual(differences.map((one) => expect.stringMatching(one))),
);

test("ours are known by their comment", () => expect(ownRules(captured, mark)).toHaveLength(2));

describe("lines in the file that is loaded at boot", () => {
  const commands = wanted.map((rule) => insertCommand(rule, mark));
  test.each([["flush ruleset\n"], ["flush ruleset"], [""], ["table ip t {\n}\n\n"], ["latin1 \xe9\n"]])(
    "%j comes back as it was",
    (text) => {
      const written = withCommands(text, mark, commands);
      expect(written).not.toBe(text);
      expect(withCommands(written, mark, commands)).toBe(written);
      expect(withCommands(written, mark, [])).toBe(text);
    },
  );

  test("lines of two resources do not touch each other", () => {
    const other = commands.map((line) => line.replace("0123", "4567"));
    const both = withCommands(withCommands("flush ruleset", mark, commands), "pulumi-kvm-live:4567", other);
    expect(withCommands(withCommands(both, mark, []), "pulumi-kvm-live:4567", [])).toBe("flush ruleset");
    expect(withCommands(withCommands(both, "pulumi-kvm-live:4567", []), mark, [])).toBe("flush ruleset");
  });
});

test("ranges that overlap or touch are one", () =>
  expect(
    mergedPorts([
      { lowest: 10, highest: 20 },
      { lowest: 1, highest: 1 },
      { lowest: 15, highest: 16 },
      { lowest: 21, highest: 22 },
    ]),
  ).toEqual([
    { lowest: 1, highest: 1 },
    { lowest: 10, highest: 22 },
  ]));
