/** What a migration's monitor sees, and what it does when a host's answers fail, change or come late. */
import { HostError } from "../../../provider/host/errors";
import type { JobControl } from "../../../provider/placement/driver";
import { ChangedWhileReading } from "../../../provider/placement/observe/observation";
import { messageOf, type Options, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain, uuid } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const runningOnA = () => ({ a: domain("running (booted)"), b: undefined });
const tenSeconds = (dirtyMiBps = 0) => new MemoryHosts(runningOnA(), { totalMiB: 320, dirtyMiBps, bandwidthMiBps: 32 });

/** A run whose job control differs in some verbs. */
function runWith(hosts: MemoryHosts, options: Options, change: (control: JobControl) => Partial<JobControl>) {
  const run = new Run(hosts, options);
  const { job } = run.placement.driver;
  run.placement.driver.job = (source) => ({ ...job(source), ...change(job(source)) });
  return run;
}

/** Time from now on until it is asked for, in milliseconds. */
function stopwatch() {
  const begun = Date.now();
  return () => Date.now() - begun;
}

test("a source that does not answer for a while is asked again", async () => {
  const elapsedMs = stopwatch();
  const run = runWith(tenSeconds(), {}, (control) => ({
    observe: async (signal) => {
      if (elapsedMs() > 2000 && elapsedMs() < 6000) throw new HostError("a", "timed out");
      return control.observe(signal);
    },
  }));
  expect(await run.up()).toMatchObject({ location: { hostName: "b" }, records: [{ totalTimeMs: 10_000 }] });
});

test("an answer that cannot be read is not taken for a host that does not answer", async () => {
  const error = new TypeError("not JSON");
  const run = runWith(tenSeconds(), {}, () => ({ observe: () => Promise.reject(error) }));
  expect(await run.up()).toBe(error);
});

test("Ctrl-C aborts it between two looks", async () => {
  const hosts = tenSeconds();
  const elapsedMs = stopwatch();
  let abortedAtMs = 0;
  const run = runWith(hosts, {}, (control) => ({
    abort: async () => {
      abortedAtMs = elapsedMs();
      return control.abort();
    },
  }));
  hosts.at(5300, () => run.cancellation.abort(new Error("Cancelled.")));
  await run.up();
  expect(abortedAtMs).toBe(5300);
});

test("the first reason to give it up is the one that is told", async () => {
  const hosts = tenSeconds();
  let aborts = 0;
  const run = runWith(hosts, { limits: { timeoutSeconds: 2 } }, (control) => ({
    abort: async () => ++aborts > 4 && control.abort(),
  }));
  hosts.at(3500, () => run.cancellation.abort(new Error("Cancelled.")));
  expect(messageOf(await run.up())).toMatch(/It is running on a\.\nGiven up after 2 s \(timeoutSeconds\)/);
  expect(aborts).toBe(5);
});

test("as long as bytes are sent, a migration may take longer than noProgressSeconds", async () => {
  expect(await new Run(tenSeconds(), { limits: { noProgressSeconds: 5 } }).up()).toMatchObject({
    location: { hostName: "b" },
  });
});

test("a guest is not held still before anything of it can be sent", async () => {
  const hosts = tenSeconds();
  const elapsedMs = stopwatch();
  const limits = { timeoutSeconds: 2, onTimeout: "suspend" } as const;
  let suspendedAtMs = 0;
  const run = runWith(hosts, { limits }, (control) => ({
    observe: async (signal) => ({
      ...(await control.observe(signal)),
      ...(elapsedMs() < 4000 && { totalBytes: 0 }),
    }),
    suspend: async () => {
      suspendedAtMs ||= elapsedMs();
      return control.suspend();
    },
  }));
  await run.up();
  expect(suspendedAtMs).toBeGreaterThanOrEqual(4000);
});

test("the downtime limit is never raised further than the user allows, even in vain", async () => {
  const hosts = new MemoryHosts(runningOnA(), { totalMiB: 64, dirtyMiBps: 31, bandwidthMiBps: 32 });
  const limits = { maxDowntimeMs: 700, autoConverge: false };
  expect(messageOf(await new Run(hosts, { limits }).up())).toContain("(now 700)");
  expect(hosts.commands.filter((command) => command.startsWith("max downtime"))).toEqual(["max downtime 700"]);
});

test("auto-converge is tried once", async () => {
  const hosts = new MemoryHosts(runningOnA(), { totalMiB: 64, dirtyMiBps: 12_800, bandwidthMiBps: 32 });
  expect(messageOf(await new Run(hosts).up())).toContain("It would never have converged");
  expect(hosts.commands.filter((command) => command.startsWith("perform"))).toEqual([
    "perform",
    "perform with auto-converge",
  ]);
});

test("someone else's stream is not ended for being plain", async () => {
  const hosts = tenSeconds();
  hosts.migrate({ from: "a", to: "b", autoConverge: false, tls: false });
  expect(await new Run(hosts, { limits: { tlsRequiredBy: "data: tls" } }).up()).toMatchObject({
    records: [{ encrypted: false }],
  });
  expect(hosts.commands).toEqual([]);
});

test("without figures from either side, a record has those of the last look", async () => {
  const run = new Run(tenSeconds());
  run.placement.driver.lastJob = async () => undefined;
  expect(await run.up()).toMatchObject({ records: [{ totalTimeMs: expect.any(Number), iterations: 1 }] });
});

test("the record of a move that was waited for stays beside that of the move that follows it", async () => {
  const hosts = new MemoryHosts({ ...runningOnA(), c: undefined }, { totalMiB: 64, dirtyMiBps: 0, bandwidthMiBps: 32 });
  hosts.migrate({ from: "a", to: "b", autoConverge: false, tls: true });
  expect(await new Run(hosts, { want: { hostName: "c" } }).up()).toMatchObject({
    records: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  });
});

test("a guest that comes or goes while it is read is read again", async () => {
  const run = new Run(new MemoryHosts({ a: undefined, b: domain("running (booted)") }));
  const { observe } = run.placement.driver;
  let failures = 2;
  run.placement.driver.observe = async (host, signal) => {
    if (failures-- > 0) throw new ChangedWhileReading(uuid);
    return observe(host, signal);
  };
  expect(await run.look()).toMatchObject({ location: { kind: "at", hostName: "b" } });
});

test("a guest that was seen nowhere is looked for again: it may have moved between two answers", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: undefined });
  hosts.at(100, () => hosts.set("b", domain("running (migrated)")));
  expect(await new Run(hosts).look()).toMatchObject({ location: { kind: "at", hostName: "b" } });
});

test("a guest that was left paused at its source is rolled back, and said to run there", async () => {
  const hosts = tenSeconds();
  hosts.at(2000, () => {
    hosts.job?.loseAtSwitchover();
    hosts.set("b", undefined);
  });
  const run = new Run(hosts);
  const { migration } = run.placement.driver;
  run.placement.driver.migration = (...ends) => ({
    ...migration(...ends),
    rollback: async () => hosts.act({ do: "roll back", on: "a", expectedState: "paused (migrating)" }, "m"),
  });
  expect(messageOf(await run.up())).toContain("web was not moved from a to b. It is running on a.");
});
