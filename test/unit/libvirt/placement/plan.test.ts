import type { DomainFacts } from "../../../../provider/libvirt/domain-facts";
import { describeStep, planPlacement, type Wanted } from "../../../../provider/libvirt/placement/plan";

const wanted: Wanted = {
  host: "b",
  powerState: "running",
  autostart: false,
  persistent: true,
  mark: "m",
  definitionDigest: "d",
};
const good: DomainFacts = {
  name: "a",
  state: "running",
  reason: "booted",
  persistent: true,
  autostart: false,
  job: "none",
  mark: "m",
  definitionDigest: "d",
};
const steps = (
  host: string | undefined,
  facts: Partial<DomainFacts> = {},
  want: Partial<Wanted> = {},
  leftovers: string[] = [],
) =>
  planPlacement(
    host === undefined ? { kind: "nowhere" } : { kind: "at", host, domain: { ...good, ...facts }, leftovers },
    { ...wanted, ...want },
  ).map((step) => ("from" in step ? `${step.do} ${step.from} ${step.to}` : `${step.do} ${step.on}`));

test.each<[string, string[], string[]]>([
  ["as wanted", steps("b"), []],
  ["nowhere", steps(undefined), ["define b", "start b"]],
  ["nowhere, to be off", steps(undefined, {}, { powerState: "shut off" }), ["define b"]],
  ["nowhere, with autostart", steps(undefined, {}, { autostart: true }), ["define b", "set autostart b", "start b"]],
  ["running elsewhere", steps("a"), ["migrate a b"]],
  ["paused elsewhere", steps("a", { state: "paused", reason: "user" }), ["migrate a b", "resume b"]],
  ["running elsewhere, with autostart", steps("a", {}, { autostart: true }), ["migrate a b", "set autostart b"]],
  ["running elsewhere, another definition", steps("a", { mark: "x" }), ["migrate a b", "define b"]],
  [
    "running elsewhere, to be off",
    steps("a", {}, { powerState: "shut off" }),
    ["shut down a", "define b", "undefine a"],
  ],
  ["off elsewhere", steps("a", { state: "shut off" }), ["define b", "undefine a", "start b"]],
  ["off here", steps("b", { state: "shut off" }), ["start b"]],
  ["paused here", steps("b", { state: "paused", reason: "user" }), ["resume b"]],
  ["running here, to be off", steps("b", {}, { powerState: "shut off" }), ["shut down b"]],
  ["another definition", steps("b", { mark: "x" }), ["define b"]],
  ["not marked", steps("b", { mark: undefined as never }), ["define b"]],
  ["edited by hand", steps("b", { definitionDigest: "x" }), ["define b"]],
  ["transient", steps("b", { persistent: false }), ["define b"]],
  ["a definition left elsewhere", steps("b", {}, {}, ["a"]), ["undefine a"]],
  ["a definition left at the destination is overwritten", steps("a", {}, {}, ["b"]), ["migrate a b"]],
  ["autostart", steps("b", {}, { autostart: true }), ["set autostart b"]],
])("%s", (_, planned, expected) => {
  expect(planned).toEqual(expected);
});

test("a preview says what a live migration is", () => {
  expect(describeStep({ do: "migrate", from: "a", to: "b" }, "web")).toBe(
    "`pulumi up` migrates web live from a to b: it keeps running, without a reboot.",
  );
});
