/** One test for each row of the decision table; docs/recovery.md tells operators of them. */
import { asker, domain, planFor, says, uuid, wanted } from "./world";

const { plan, steps, refusal } = asker(wanted);
const incoming = (state = "paused (starting up)") => domain(state, { job: "incoming", persistent: false });
const longAgo = 90_000;

test("a: not migrated: it is tried again", () => {
  expect(steps(domain("running (migration canceled)"), undefined)).toEqual(["migrate from a to b"]);
  expect(steps(domain("running (booted)"), domain("shut off (failed)"))).toEqual(["migrate from a to b"]);
});

test("b: in progress, whoever began it: waited for", () => {
  const outgoing = domain("running (booted)", { job: "outgoing" });
  expect(plan(outgoing, incoming())).toEqual({ kind: "wait", from: "a", to: "b" });
  expect(plan(outgoing, undefined)).toEqual({ kind: "wait", from: "a", to: undefined });
  expect(plan(domain("running (booted)"), incoming())).toEqual({ kind: "wait", from: undefined, to: "b" });
  expect(plan(outgoing, incoming(), {}, longAgo)).toMatchObject({ kind: "wait" });
});

test("c: done", () => {
  expect(steps(undefined, domain("running (migrated)"))).toEqual([]);
});

test("d: the source's definition stayed: undefined, once the guest is seen elsewhere", () => {
  expect(steps(domain("shut off (migrated)", { autostart: true }), domain("running (migrated)"))).toEqual([
    "undefine on a",
  ]);
});

test("e: it arrived without a definition: defined there before the source's goes", () => {
  const transient = domain("running (migrated)", { persistent: false });
  expect(steps(undefined, transient)).toEqual(["define on b"]);
  expect(steps(domain("shut off (migrated)"), transient)).toEqual(["define on b", "undefine on a"]);
});

test.each(["migrating", "api error"])("f: paused (%s) and nowhere else: rolled back, then moved", (reason) => {
  expect(steps(domain(`paused (${reason})`), undefined)).toEqual(["roll back on a", "migrate from a to b"]);
  expect(steps(domain(`paused (${reason})`), domain("shut off (shutdown)"), { hostName: "a" })).toEqual([
    "roll back on a",
    "undefine on b",
  ]);
});

test("f: never as long as a QEMU of it runs elsewhere, whatever libvirt there says", () => {
  const world = [says("a", domain("paused (migrating)")), { hostName: "b", names: new Map(), hasQemu: true }];
  expect(planFor(world, wanted)).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(
      /A QEMU with its UUID runs on b, and libvirt there does not know of it.*on b: pgrep/s,
    ),
  });
});

test.each(["migrating", "api error"])(
  "g: paused (%s) beside the guest: the stale copy goes, then its definition",
  (reason) => {
    const shell = domain(`paused (${reason})`);
    expect(steps(shell, domain("running (migrated)"))).toEqual(["destroy stale copy on a", "undefine on a"]);
    expect(steps(shell, domain("running (migrated)", { persistent: false }))).toEqual([
      "destroy stale copy on a",
      "define on b",
      "undefine on a",
    ]);
  },
);

test("g: what runs has not arrived from there: the operator decides", () => {
  expect(refusal(domain("paused (migrating)"), domain("running (booted)"))).toBe(
    [
      "It is paused (migrating) on a and running (booted) on b. What runs is not what a migration leaves beside the other one.",
      "When you have decided:",
      `  to keep the one on a: on b: virsh destroy ${uuid}; on a: virsh resume ${uuid}`,
      `  to keep the one on b: on a: virsh destroy ${uuid}`,
    ].join("\n"),
  );
});

test("h: running twice: the operator decides, and both hosts are named with what to type", () => {
  const reason = refusal(domain("running (migration canceled)"), domain("running (migrated)"));
  expect(reason).toContain("It is running (migration canceled) on a and running (migrated) on b.");
  expect(reason).toContain(`stop the one with the older data now (virsh suspend ${uuid})`);
  expect(reason).toContain(`to keep the one on a: on b: virsh destroy ${uuid}`);
  expect(reason).toContain(`to keep the one on b: on a: virsh destroy ${uuid}`);
});

test("h: one that an operator has paused counts as running", () => {
  expect(refusal(domain("paused (user)"), domain("running (migrated)"))).toContain("More than one of them is a guest");
});

test("i: nowhere: started where it is wanted, from the definition that there is", () => {
  expect(steps(domain("shut off (shutdown)"), undefined)).toEqual(["define on b", "undefine on a", "start on b"]);
  expect(steps(domain("shut off (crashed)"), domain("shut off (shutdown)"))).toEqual(["undefine on a", "start on b"]);
  expect(steps(undefined, undefined)).toEqual(["define on b", "start on b"]);
});

test("i: a saved memory image is neither lost nor resumed on other disks", () => {
  const saved = domain("shut off (saved)", { managedSave: true });
  expect(steps(undefined, saved)).toEqual(["start on b"]);
  expect(refusal(saved, undefined)).toMatch(/a has a saved memory image .* On a: virsh start/);
  expect(refusal(saved, domain("running (booted)"))).toMatch(/a has a saved memory image/);
});

test("j: post-copy in progress: waited for, however long", () => {
  const source = domain("paused (post-copy)", { job: "outgoing" });
  expect(plan(source, incoming("running (post-copy)"), {}, longAgo)).toEqual({ kind: "wait", from: "a", to: "b" });
});

test("k: post-copy interrupted: resumed, wherever it is wanted then", () => {
  const source = domain("paused (post-copy failed)", { job: "outgoing" });
  const destination = domain("running (post-copy failed)", { job: "incoming" });
  expect(steps(source, destination)).toEqual(["resume post-copy from a to b"]);
  expect(steps(source, destination, { hostName: "a" })).toEqual([
    "resume post-copy from a to b",
    "migrate from b to a",
  ]);
});

test("k: as long as the destination has not noticed, it is waited for", () => {
  const source = domain("paused (post-copy failed)", { job: "outgoing" });
  expect(plan(source, incoming("running (post-copy)"))).toMatchObject({ kind: "wait" });
});

test("k: with one half gone nothing can go on", () => {
  const destination = domain("running (post-copy failed)", { job: "incoming" });
  expect(refusal("no route to host", destination, { fenced: ["a"] }, longAgo)).toMatch(
    /the other part is gone.* on b: virsh destroy/s,
  );
  expect(refusal(domain("paused (post-copy failed)", { job: "outgoing" }), undefined)).toMatch(
    /the other part is gone.* on a: virsh destroy/s,
  );
});

test("l: post-copy ended, and the source was not told: its stale copy goes", () => {
  const source = domain("paused (post-copy failed)", { job: "outgoing" });
  expect(steps(source, domain("running (migrated)"))).toEqual(["destroy stale copy on a", "undefine on a"]);
});

test("m: a definition left on another host goes, if it is ours", () => {
  expect(steps(domain("shut off (shutdown)", { mark: "older" }), domain("running (booted)"))).toEqual([
    "undefine on a",
  ]);
  const foreign = domain("shut off (shutdown)", { mark: undefined as never });
  expect(refusal(foreign, domain("running (booted)"))).toMatch(
    /a has a definition of web .* nothing marks .* on a: virsh undefine \S+ --keep-nvram\. Or set adopt/,
  );
  expect(steps(foreign, domain("running (booted)"), { adopt: true })).toEqual(["undefine on a"]);
});

test("n: an incoming QEMU that nobody sends to any more goes, after libvirt's own time for it", () => {
  expect(plan(domain("running (booted)"), incoming())).toMatchObject({ kind: "wait" });
  expect(steps(domain("running (booted)"), incoming(), {}, longAgo)).toEqual([
    "destroy stale copy on b",
    "migrate from a to b",
  ]);
});

test("n: without its source anywhere the operator decides", () => {
  expect(refusal(undefined, incoming(), {}, longAgo)).toMatch(
    /no candidate is its source any more.*on b: virsh destroy/s,
  );
});

test("o: paused by an I/O error: resumed where it is, before anything else", () => {
  expect(steps(domain("paused (I/O error)"), undefined)).toEqual(["resume on a", "migrate from a to b"]);
  expect(steps(undefined, domain("paused (I/O error)"))).toEqual(["resume on b"]);
});

test("p: a host that does not answer: nothing is done, whatever the others say", () => {
  for (const seen of [
    undefined,
    domain("running (booted)"),
    domain("shut off (shutdown)"),
    domain("paused (migrating)"),
  ])
    expect(refusal("no route to host", seen)).toMatch(
      /It may be on any of a, b; where it is stays unknown.*\na: no route to host\n.*fenced: \["a"\]/s,
    );
});

test("p: unless the operator says that it is off", () => {
  const fenced = { fenced: ["a"] };
  expect(steps("no route to host", undefined, fenced)).toEqual(["define on b", "start on b"]);
  expect(steps("no route to host", domain("running (booted)"), fenced)).toEqual([]);
  expect(steps("no route to host", domain("paused (migrating)"), fenced)).toEqual(["roll back on b"]);
});

test("p: that word ends when the host is back", () => {
  expect(refusal(domain("shut off (crashed)"), domain("running (booted)"), { fenced: ["a"] })).toMatch(
    /^a is named in fenced, and it answers\. Remove it from fenced/,
  );
});
