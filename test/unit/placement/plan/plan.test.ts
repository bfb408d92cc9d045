import type { DomainFacts } from "../../../../provider/placement/observe/observation";
import { describeStep } from "../../../../provider/placement/plan/steps";
import { domain, labels, owners, planFor, removalFor, says, type Want, wanted } from "../world";

/** The plan for a domain on `host`, with definitions left on others. */
function steps(
  host: string | undefined,
  state = "running (booted)",
  facts: Partial<DomainFacts> = {},
  want: Partial<Want> = {},
  leftovers: string[] = [],
) {
  const world = ["a", "b"].map((name) => {
    if (name === host) return says(name, domain(state, facts));
    return says(name, leftovers.includes(name) ? domain("shut off (shutdown)") : undefined);
  });
  const plan = planFor(world, { ...wanted, ...want });
  return plan.kind === "steps" ? labels(plan.steps) : [plan.kind];
}
const unmarked: Partial<DomainFacts> = { mark: undefined as never, owner: undefined as never, shownDigest: "s" };
const off = "shut off (shutdown)";
const paused = "paused (user)";

test.each<[string, string[], string[]]>([
  ["as wanted", steps("b"), []],
  ["nowhere", steps(undefined), ["define on b", "start on b"]],
  ["nowhere, to be off", steps(undefined, "", {}, { powerState: "shut off" }), ["define on b"]],
  [
    "nowhere, with autostart",
    steps(undefined, "", {}, { autostart: true }),
    ["define on b", "autostart on on b", "start on b"],
  ],
  ["nowhere, transient", steps(undefined, "", {}, { persistent: false }), ["create on b"]],
  ["running elsewhere", steps("a"), ["migrate from a to b"]],
  ["paused elsewhere", steps("a", paused), ["migrate from a to b", "resume on b"]],
  [
    "running elsewhere, with autostart",
    steps("a", undefined, {}, { autostart: true }),
    ["migrate from a to b", "autostart on on b"],
  ],
  [
    "running elsewhere, another definition",
    steps("a", undefined, { mark: "x" }),
    ["migrate from a to b", "define on b"],
  ],
  [
    "running elsewhere, to be off",
    steps("a", undefined, {}, { powerState: "shut off" }),
    ["shut down on a", "define on b", "undefine on a"],
  ],
  ["off elsewhere", steps("a", off), ["define on b", "undefine on a", "start on b"]],
  ["off here", steps("b", off), ["start on b"]],
  ["paused here", steps("b", paused), ["resume on b"]],
  ["running here, to be off", steps("b", undefined, {}, { powerState: "shut off" }), ["shut down on b"]],
  ["another definition", steps("b", undefined, { mark: "x" }), ["define on b"]],
  ["not marked", steps("b", undefined, { mark: undefined as never }), ["define on b"]],
  ["not marked, and the same", steps("b", undefined, unmarked, { shownDigest: () => "s" }), ["set owner on b"]],
  [
    "not marked, the same, moved",
    steps("a", undefined, unmarked, { shownDigest: () => "s" }),
    ["set owner on a", "migrate from a to b"],
  ],
  ["not marked, and another", steps("b", undefined, unmarked, { shownDigest: () => "t" }), ["define on b"]],
  [
    "not marked, the same, edited by hand",
    steps("b", undefined, unmarked, { shownDigest: () => "s", redefine: true }),
    ["define on b"],
  ],
  [
    "not marked, and has to be transient",
    steps("b", undefined, unmarked, { shownDigest: () => "s", persistent: false }),
    [],
  ],
  [
    "not marked, transient",
    steps("b", undefined, { ...unmarked, persistent: false }, { shownDigest: () => "t", persistent: false }),
    ["set owner on b"],
  ],
  [
    "not marked, the same, transient",
    steps("b", undefined, { ...unmarked, persistent: false }, { shownDigest: () => "s" }),
    ["define on b"],
  ],
  ["edited by hand", steps("b", undefined, {}, { redefine: true }), ["define on b"]],
  ["transient", steps("b", undefined, { persistent: false }), ["define on b"]],
  ["a definition left elsewhere", steps("b", undefined, {}, {}, ["a"]), ["undefine on a"]],
  [
    "a definition left at the destination is overwritten",
    steps("a", undefined, {}, {}, ["b"]),
    ["migrate from a to b"],
  ],
  ["running elsewhere, where it may stay", steps("a", undefined, {}, { mayStayOn: ["a", "b"] }), []],
  [
    "running elsewhere, where it may stay, to be off",
    steps("a", undefined, {}, { mayStayOn: ["a", "b"], powerState: "shut off" }),
    ["shut down on a"],
  ],
  [
    "running elsewhere, where it may not stay",
    steps("a", undefined, {}, { mayStayOn: ["b"] }),
    ["migrate from a to b"],
  ],
  [
    "off where it may stay, and defined where it may not",
    steps("b", off, {}, { hostName: "c", mayStayOn: ["b", "c"], powerState: "shut off" }, ["a"]),
    ["undefine on a"],
  ],
  ["autostart", steps("b", undefined, {}, { autostart: true }), ["autostart on on b"]],
])("%s", (_, planned, expected) => {
  expect(planned).toEqual(expected);
});

test("what is taken over as it is has the mark of the definition from then on, and what passes over keeps its own", () => {
  const other = { mark: "m", owner: owners.sameStack };
  const planned = [unmarked, other].map((facts) => {
    const want = { ...wanted, mark: "m", shownDigest: () => "s" };
    return planFor([says("a", undefined), says("b", domain("running (booted)", facts))], want);
  });
  const step = { do: "set owner", on: "b", mark: "m" };
  expect(planned).toEqual([step, step].map((one) => ({ kind: "steps", steps: [one] })));
});

test.each<[string, DomainFacts | undefined, DomainFacts | undefined, "shutdown" | "destroy", string[]]>([
  ["nowhere", undefined, undefined, "shutdown", []],
  ["running", domain("running"), undefined, "shutdown", ["shut down on a", "undefine on a"]],
  [
    "running, with a definition elsewhere",
    domain("running"),
    domain(off),
    "destroy",
    ["destroy on a", "undefine on a", "undefine on b"],
  ],
  ["transient", domain("running", { persistent: false }), undefined, "destroy", ["destroy on a"]],
  ["off", undefined, domain(off), "shutdown", ["undefine on b"]],
  [
    "with a stale copy",
    domain("paused (migrating)"),
    domain("running (migrated)"),
    "shutdown",
    ["destroy stale copy on a", "shut down on b", "undefine on a", "undefine on b"],
  ],
  [
    "cut off",
    domain("paused (migrating)"),
    undefined,
    "shutdown",
    ["roll back on a", "shut down on a", "undefine on a"],
  ],
])("removal: %s", (_, a, b, onDelete, expected) => {
  const plan = removalFor([says("a", a), says("b", b)], wanted, onDelete);
  expect(plan.kind === "steps" && labels(plan.steps)).toEqual(expected);
});

test("a preview says what a live migration is", () => {
  expect(describeStep({ do: "migrate", from: "a", to: "b" }, "web", wanted.messages)).toBe(
    "`pulumi up` migrates web live from a to b: it keeps running, without a reboot.",
  );
});
