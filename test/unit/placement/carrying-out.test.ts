/** Steps one after another: what is done when one fails, when the hosts change in between, and when a guest is removed. */
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const noSuchDevice = new Error("Cannot get interface MTU on 'br9': No such device");
const off = domain("shut off (shutdown)");

test("what cannot be started is not left behind, when it was not there before", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: undefined });
  const run = new Run(hosts, { circumstances: { refuses: { "start on b": noSuchDevice } } });
  expect(await run.up()).toBe(noSuchDevice);
  expect(hosts.commands).toEqual(["define on b", "start on b", "undefine on b"]);
  expect(hosts.whereabouts).toBe("nowhere");
  expect(run.journal).toEqual([
    ...["b: web: define on b: begun", "b: web: define on b: done", "b: web: start on b: begun"],
    `b: web: start on b: failed: ${noSuchDevice.message}`,
  ]);
});

test("a definition that was there before stays", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: off });
  const run = new Run(hosts, { circumstances: { refuses: { "start on b": noSuchDevice } } });
  expect(await run.up()).toBe(noSuchDevice);
  expect(hosts.whereabouts).toBe("shut off (shutdown) on b");
});

test("a plan that is not the rest of the old one any more is not carried out", async () => {
  const hosts = new MemoryHosts({ a: off, b: undefined });
  const run = new Run(hosts);
  const { act } = run.placement.driver;
  run.placement.driver.act = async (step, on, signal) => {
    await act(step, on, signal);
    if (step.do === "define") hosts.set("a", domain("running (booted)"));
  };
  expect(messageOf(await run.up())).toBe(
    "web: the hosts have changed since the plan was made. It is now running (booted) on a and shut off (unknown) on b; the remaining steps were undefine on a, start on b, and would now be migrate from a to b. Nothing more was done: look at it, then run `pulumi up` again.",
  );
  expect(hosts.commands).toEqual(["define on b"]);
});

test("a step that someone else has done is left out", async () => {
  const hosts = new MemoryHosts({ a: off, b: undefined });
  const run = new Run(hosts);
  const { act } = run.placement.driver;
  run.placement.driver.act = async (step, on, signal) => {
    await act(step, on, signal);
    if (step.do === "define") hosts.set("a", undefined);
  };
  expect(await run.up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual(["define on b", "start on b"]);
});

test("without the lock nothing more is done", async () => {
  const hosts = new MemoryHosts({ a: off, b: undefined });
  expect(messageOf(await new Run(hosts, { losesLock: true }).up())).toBe("The lock is lost.");
  expect(hosts.commands).toEqual(["define on b"]);
});

test("a definition that was changed by hand is written once, and then it is well", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: domain("running (booted)", { definitionDigest: "by hand" }) });
  expect(await new Run(hosts, { known: { definitionDigest: "d" } }).up()).toMatchObject({
    location: { hostName: "b" },
  });
  expect(hosts.commands).toEqual(["define on b"]);
});

test("what the preflight finds is said before anything is done", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined });
  const seen = "b has no bridge br9, which the guest needs.";
  const finding = { code: "bridge-missing", hostName: "b", subject: "bridge br9", seen, fix: "Make it." } as const;
  const run = new Run(hosts, { circumstances: { findings: [finding] } });
  expect(messageOf(await run.up())).toBe(`${seen} Make it. [bridge-missing]`);
  expect(hosts.commands).toEqual([]);
});

test("a guest that does not answer the power button is asked again, and is off in the end", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined });
  expect(await new Run(hosts, { circumstances: { ignoresButton: 3 } }).remove("shutdown")).not.toBeInstanceOf(Error);
  expect(hosts.commands).toEqual([...Array(4).fill("power button on a"), "undefine on a"]);
  expect(hosts.whereabouts).toBe("nowhere");
});

test("one that never does is left running, and the way on is said", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined });
  const begun = Date.now();
  const error = messageOf(await new Run(hosts, { circumstances: { ignoresButton: 1000 } }).remove("shutdown"));
  expect(Math.round((Date.now() - begun) / 1000)).toBe(120);
  expect(error).toMatch(
    /120 s.*shutdownTimeoutSeconds.*set onDelete to "destroy", run `pulumi up`, then delete it again\./s,
  );
  expect(hosts.whereabouts).toBe("running (booted) on a");
});

test("destroyed, it is off at once and defined nowhere", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: off });
  await new Run(hosts).remove("destroy");
  expect(hosts.commands).toEqual(["destroy on a", "undefine on a", "undefine on b"]);
});

test.each<[string, Record<string, ReturnType<typeof domain> | undefined>, boolean, string[]]>([
  ["all is well", { b: domain("running (booted)") }, false, []],
  ["a copy is left", { a: domain("paused (migrating)"), b: domain("running (migrated)") }, false, ["stale copy"]],
  ["interrupted", { a: domain("paused (migrating)"), b: undefined }, false, ["runs nowhere"]],
  ["a definition is left", { a: off, b: domain("running (booted)") }, false, ["a has a definition of web too"]],
  ["paused", { b: domain("paused (user)") }, false, ["web is paused (user) on b"]],
  ["transient", { b: domain("running (booted)", { persistent: false }) }, false, ["is transient"]],
  ["changed by hand", { b: domain("running (booted)") }, true, ["was changed by hand"]],
  ["another program's", { b: domain("running (booted)", { mark: "x" }) }, false, ["is not the program's"]],
])("drift: %s", async (_, hosts, isChangedByHand, expected) => {
  const run = new Run(new MemoryHosts(hosts), { known: { definitionDigest: isChangedByHand ? "before" : "d" } });
  const { drift = [] } = run.stateOf(await run.look()) ?? {};
  expect(drift).toEqual(expected.map((part) => expect.stringContaining(part)));
});

test("kept, it stays as it is, and that is said", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined });
  const run = new Run(hosts);
  expect(await run.remove("keep")).toBeUndefined();
  expect(hosts.commands).toEqual([]);
  expect(run.info).toEqual(["web stays running and defined on a, and is only removed from the state."]);
});

test("a power button that cannot be pressed is no guest that ignores it", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined });
  const run = new Run(hosts, { circumstances: { refuses: { "power button on a": noSuchDevice } } });
  expect(await run.remove("shutdown")).toBe(noSuchDevice);
  expect(hosts.commands).toEqual(["power button on a"]);
});

test("a guest that is not as wanted in the end is an error, though no step failed", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: off });
  const run = new Run(hosts);
  run.placement.driver.act = async () => hosts.set("b", domain("pmsuspended (unknown)"));
  expect(messageOf(await run.up())).toBe("web: It should be running on b and is pmsuspended (unknown) on b.");
});
