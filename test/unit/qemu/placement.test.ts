/** The rows of the decision table that QEMU itself makes, from its own words to the steps. */
import type { DomainFacts } from "../../../provider/placement/observe/observation";
import { describeStep } from "../../../provider/placement/plan/steps";
import { qemuMessages } from "../../../provider/qemu/messages";
import { domainState } from "../../../provider/qemu/states";
import { asker, domain, planFor, says, uuid, type Want, wanted } from "../placement/world";

const want: Want = { ...wanted, persistent: false, messages: qemuMessages };
const longAgo = 90_000;

/** What a host says of a QEMU in this state. */
const qemu = (run: string, migration = "none"): DomainFacts => domain("", domainState(run, migration));
const ended = (reason = "shutdown") => domain(`shut off (${reason})`);

const { plan, steps, refusal } = asker(want);

const handedOver = qemu("postmigrate", "completed");
const arrived = qemu("running", "completed");
const waits = qemu("inmigrate");

test("a: it runs, and has not moved, or its move has failed", () => {
  expect(steps(qemu("running"), undefined)).toEqual(["migrate from a to b"]);
  expect(steps(qemu("running", "failed"), undefined)).toEqual(["migrate from a to b"]);
  expect(steps(qemu("running", "cancelled"), ended("crashed"))).toEqual(["migrate from a to b"]);
  expect(steps(undefined, qemu("running"))).toEqual([]);
});

test.each<[string, DomainFacts, DomainFacts]>([
  ["it connects", qemu("running", "setup"), waits],
  ["it leaves", qemu("running", "active"), qemu("inmigrate", "active")],
  ["it switches over", qemu("finish-migrate", "device"), qemu("inmigrate", "active")],
  [
    "the destination loads its devices",
    qemu("finish-migrate", "postcopy-device"),
    qemu("inmigrate", "postcopy-device"),
  ],
  ["it is failing", qemu("finish-migrate", "failing"), qemu("inmigrate", "failing")],
  ["it is cancelled", qemu("running", "cancelling"), qemu("inmigrate", "active")],
  ["the rest of its memory follows", qemu("finish-migrate", "postcopy-active"), qemu("running", "postcopy-active")],
])("b, j: %s: waited for, however long", (_, source, destination) => {
  for (const unchangedForMs of [0, longAgo])
    expect(plan(source, destination, {}, unchangedForMs)).toEqual({ kind: "wait", from: "a", to: "b" });
});

test("b: a destination may say so before its source does, and the other way round", () => {
  expect(plan(qemu("running", "active"), undefined)).toEqual({ kind: "wait", from: "a", to: undefined });
  expect(plan(qemu("running"), waits)).toEqual({ kind: "wait", from: undefined, to: "b" });
  expect(plan(handedOver, qemu("inmigrate", "active"))).toEqual({ kind: "wait", from: undefined, to: "b" });
});

test("c: arrived, and the source has gone; it may move again", () => {
  expect(steps(undefined, arrived)).toEqual([]);
  expect(steps(undefined, arrived, { hostName: "a" })).toEqual(["migrate from b to a"]);
  expect(steps(undefined, qemu("paused", "completed"))).toEqual(["resume on b"]);
});

test("d: the source has ended: its unit goes", () => {
  expect(steps(ended(), arrived)).toEqual(["undefine on a"]);
});

test("f: handed over, and nowhere else: rolled back, then moved", () => {
  expect(steps(handedOver, undefined)).toEqual(["roll back on a", "migrate from a to b"]);
  expect(steps(handedOver, undefined, { hostName: "a" })).toEqual(["roll back on a"]);
  expect(steps(handedOver, ended("crashed"), { hostName: "a" })).toEqual(["roll back on a", "undefine on b"]);
});

test("f: never beside a QEMU that no unit has", () => {
  const world = [says("a", handedOver), { hostName: "b", names: new Map(), hasQemu: true }];
  expect(planFor(world, want)).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/^A QEMU with its UUID runs on b, .*on b: pgrep -af -- '-uuid 0f0806ab-/s),
  });
});

test("a QEMU beside an ended unit, or that nobody started, is nobody's guest: the operator decides", () => {
  const beside = [says("a", undefined), { ...says("b", ended()), hasQemu: true }];
  const alone = [{ hostName: "a", names: new Map(), hasQemu: true }, says("b", undefined)];
  for (const world of [beside, alone]) expect(planFor(world, want)).toMatchObject({ kind: "refused" });
});

test("g: handed over, and arrived: the stale copy goes, then its unit", () => {
  expect(steps(handedOver, arrived)).toEqual(["destroy stale copy on a", "undefine on a"]);
  expect(steps(handedOver, qemu("paused", "completed"))).toEqual([
    "destroy stale copy on a",
    "undefine on a",
    "resume on b",
  ]);
});

test("g: what runs has not arrived from there: the operator decides", () => {
  expect(refusal(handedOver, qemu("running"))).toContain("Nothing shows that the running guest came by a migration");
});

test("h: running twice: the operator decides, and is told what to type", () => {
  const reason = refusal(qemu("running", "failed"), arrived);
  expect(reason).toContain("It is running (migration canceled) on a and running (migrated) on b.");
  expect(reason).toContain(`echo stop | socat - UNIX-CONNECT:/run/pulumi-kvm-live/qemu/${uuid}/monitor.sock`);
  expect(reason).toContain(`to keep the one on a: on b: systemctl stop pulumi-kvm-live-${uuid}.service`);
  expect(reason).toContain(`to keep the one on b: on a: systemctl stop pulumi-kvm-live-${uuid}.service`);
});

test("h: a paused one whose move has failed is a guest too", () => {
  const reason = refusal(qemu("postmigrate", "failed"), arrived);
  expect(reason).toContain("More than one of them is a guest");
  expect(reason).toContain("; on a: echo cont | socat - ");
});

test("i: ended: its unit is removed, and it starts where it is wanted", () => {
  expect(steps(ended(), undefined)).toEqual(["undefine on a", "create on b"]);
  expect(steps(undefined, ended("crashed"))).toEqual(["undefine on b", "create on b"]);
  expect(steps(ended(), ended())).toEqual(["undefine on a", "undefine on b", "create on b"]);
});

test("i: nowhere: started", () => {
  expect(steps(undefined, undefined)).toEqual(["create on b"]);
});

test("k: the connection of a post-copy is lost: it goes on, once both have noticed", () => {
  const half = qemu("finish-migrate", "postcopy-paused");
  expect(steps(half, qemu("running", "postcopy-paused"))).toEqual(["resume post-copy from a to b"]);
  expect(plan(half, qemu("running", "postcopy-active"))).toMatchObject({ kind: "wait" });
  expect(refusal(half, undefined)).toMatch(/the other part is gone.* on a: systemctl stop pulumi-kvm-live-/s);
});

test("l: post-copy has ended, and the source was not told: its stale copy goes", () => {
  expect(steps(qemu("finish-migrate", "postcopy-paused"), arrived)).toEqual([
    "destroy stale copy on a",
    "undefine on a",
  ]);
});

test.each([waits, qemu("inmigrate", "active"), qemu("inmigrate", "failed")])(
  "n: a destination that waits in vain goes after 90 s ($reason)",
  (destination) => {
    const source = qemu("running");
    expect(plan(source, destination, {}, longAgo - 1)).toMatchObject({ kind: "wait" });
    expect(steps(source, destination, {}, longAgo)).toEqual(["destroy stale copy on b", "migrate from a to b"]);
    expect(steps(source, destination, { hostName: "a" }, longAgo)).toEqual([
      "destroy stale copy on b",
      "undefine on b",
    ]);
    expect(refusal(undefined, destination, {}, longAgo)).toMatch(/no candidate is its source any more/);
  },
);

test("o: paused by an I/O error: resumed where it is, before anything else", () => {
  expect(steps(qemu("io-error"), undefined)).toEqual(["resume on a", "migrate from a to b"]);
});

test("p: a host that does not answer: nothing is done, unless the operator says that it is off", () => {
  for (const seen of [undefined, ended(), qemu("running"), handedOver, arrived])
    expect(refusal("no route to host", seen)).toMatch(/its location is unknown.*\na: no route to host\n/s);
  const fenced = { fenced: ["a"] };
  expect(steps("no route to host", undefined, fenced)).toEqual(["create on b"]);
  expect(steps("no route to host", arrived, fenced)).toEqual([]);
  expect(steps("no route to host", handedOver, fenced)).toEqual(["roll back on b"]);
  expect(refusal("no route to host", waits, fenced, longAgo)).toMatch(/no candidate is its source any more/);
});

test("what a preview says of it", () => {
  const made = plan(ended(), undefined);
  const lines = made.kind === "steps" ? made.steps.map((step) => describeStep(step, "web", qemuMessages)) : [];
  expect(lines).toEqual([
    "`pulumi up` removes the ended unit of web on a; it does not run there.",
    "`pulumi up` starts web on b.",
  ]);
});
