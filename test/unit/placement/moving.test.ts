/** A live migration from the first look to the last, on hosts in memory. */
import { ChangedWhileReading } from "../../../provider/placement/observe/observation";
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain, uuid } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const runningOnA = () => ({ a: domain("running (booted)"), b: undefined });

test("a guest moves, and its record has what was measured", async () => {
  const hosts = new MemoryHosts(runningOnA(), { totalMiB: 64, dirtyMiBps: 4, bandwidthMiBps: 32 });
  const run = new Run(hosts);
  expect(await run.up()).toMatchObject({
    location: { kind: "at", hostName: "b" },
    records: [
      {
        ...{ from: "a", to: "b", encrypted: true, transport: "memory" },
        ...{ totalTimeMs: 2000, downtimeMs: 250, bytes: 64 * 1024 ** 2, iterations: 1 },
        recordedAt: expect.any(String),
      },
    ],
  });
  expect(hosts.whereabouts).toBe("running (migrated) on b");
  expect(hosts.commands).toEqual(["prepare", "perform", "confirm"]);
  expect(run.journal).toEqual(["a+b: web: migrate from a to b: begun", "a+b: web: migrate from a to b: done"]);
});

test("figures are told no more often than asked for, and with the pass and what remains", async () => {
  const slow = { totalMiB: 320, dirtyMiBps: 0, bandwidthMiBps: 32 };
  const lines = async (progressEveryMs: number) => {
    const run = new Run(new MemoryHosts(runningOnA(), slow), { progressEveryMs });
    await run.up();
    return run.progress.filter((line) => line.includes("%"));
  };
  expect((await lines(1000)).length).toBeGreaterThan(8);
  const seldom = await lines(5000);
  expect(seldom).toHaveLength(3); // at 0, 5 and 10 s
  expect(seldom[1]).toMatch(
    /^migrating a => b: \d+ %, [\d.]+ MiB sent, [\d.]+ MiB of 320\.0 MiB remaining, 32\.0 MiB\/s/,
  );
});

test("a stale copy that is left on the source goes once the guest is seen on the destination", async () => {
  const hosts = new MemoryHosts(runningOnA());
  expect(await new Run(hosts, { circumstances: { leavesCopy: true } }).up()).toMatchObject({
    location: { kind: "at", hostName: "b", staleCopies: [] },
    records: [{ from: "a", to: "b" }],
  });
  expect(hosts.whereabouts).toBe("running (migrated) on b");
});

test.each([true, false])("without a command to wait for, the job tells (command: %s)", async (hasCommand) => {
  const hosts = new MemoryHosts(runningOnA());
  const result = await new Run(hosts, { circumstances: { hasCommand } }).up();
  expect(result).toMatchObject({ records: [{ from: "a", to: "b" }] });
  expect(hosts.whereabouts).toBe("running (migrated) on b");
});

test("a command that fails counts for nothing when the guest has arrived", async () => {
  const result = await new Run(new MemoryHosts(runningOnA()), { circumstances: { commandSays: "Broken pipe" } }).up();
  expect(result).toMatchObject({ location: { kind: "at", hostName: "b" } });
});

test("a command that succeeds counts for nothing when the guest is still on the source", async () => {
  const hosts = new MemoryHosts(runningOnA());
  hosts.at(2500, () => hosts.job?.abort());
  const result = await new Run(hosts, { circumstances: { commandSays: "" } }).up();
  expect(hosts.whereabouts).toBe("running (migrated) on b"); // it had arrived before that
  expect(result).not.toBeInstanceOf(Error);

  const other = new MemoryHosts(runningOnA());
  other.at(1500, () => other.job?.abort());
  const failed = await new Run(other, { circumstances: { commandSays: "" } }).up();
  expect(messageOf(failed)).toBe("web was not moved from a to b. It is running on a.");
  expect(other.commands).toEqual(["prepare", "perform", "rollback"]);
});

test("what the destination lacks is found by prepare, and the guest stays", async () => {
  const hosts = new MemoryHosts(runningOnA());
  const refuses = { prepare: new Error("b has no room.") };
  expect(messageOf(await new Run(hosts, { circumstances: { refuses } }).up())).toBe("b has no room.");
  expect(hosts.whereabouts).toBe("running (booted) on a");
});

test("a lower downtime limit holds from the beginning, and is lifted again when the guest stays", async () => {
  const hosts = new MemoryHosts(runningOnA());
  hosts.at(1000, () => hosts.job?.abort());
  const failed = await new Run(hosts, { limits: { maxDowntimeMs: 100 } }).up();
  expect(messageOf(failed)).toContain("web was not moved from a to b. It is running on a.");
  expect(hosts.commands).toEqual(["max downtime 100", "prepare", "perform", "rollback", "max downtime 300"]);
});

test("a destination that does not answer after the move is named, and nothing is taken away", async () => {
  const hosts = new MemoryHosts(runningOnA());
  hosts.at(1900, () => hosts.job?.loseAtSwitchover());
  const run = new Run(hosts);
  expect(messageOf(await run.up())).toMatch(
    /its location is unknown until all of them answer.*b cannot be reached: no route to host/s,
  );
  expect(hosts.commands).toEqual(["prepare", "perform"]);
});

test("migrations of one host wait for one another, and a guest that was moved meanwhile is left alone", async () => {
  const first = new MemoryHosts(runningOnA());
  const second = new MemoryHosts(runningOnA());
  second.at(1500, () => {
    second.set("a", undefined);
    second.set("b", domain("running (migrated)"));
  });
  const runs = [new Run(first), new Run(second)] as const;
  const results = await Promise.all(runs.map((run) => run.up()));
  expect(results[0]).toMatchObject({ records: [{ from: "a", to: "b" }] });
  expect(messageOf(results[1])).toMatch(
    /^web was not moved from a to b\. It is running on b\.\nSomeone else has moved it/,
  );
  expect(runs[1].progress).toContain("migrating a => b: waiting for other migrations of these hosts");
  expect(second.commands).toEqual([]);
});

test("the command's reason is named when the guest stays", async () => {
  const hosts = new MemoryHosts(runningOnA());
  hosts.at(1000, () => hosts.job?.abort());
  const run = new Run(hosts, { circumstances: { commandSays: "b: Unable to write to socket: Broken pipe" } });
  expect(messageOf(await run.up())).toBe(
    "web was not moved from a to b. It is running on a.\nb: Unable to write to socket: Broken pipe",
  );
});

test("a source that stood still for nothing is left paused by libvirt, and the next run rolls it back and moves it", async () => {
  const hosts = new MemoryHosts(runningOnA());
  hosts.at(1000, () => {
    hosts.job?.loseAtSwitchover();
    hosts.set("b", undefined);
  });
  expect(messageOf(await new Run(hosts).up())).toMatch(/^web was not moved from a to b\. It is paused on a\./);
  expect(hosts.commands.splice(0)).toEqual(["prepare", "perform", "rollback"]);
  expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual(["roll back on a", "prepare", "perform", "confirm"]);
});

test("once the destination answers again, the copy on the source is destroyed, and the guest is not moved again", async () => {
  const hosts = new MemoryHosts(runningOnA());
  hosts.at(1000, () => hosts.job?.loseAtSwitchover());
  expect(messageOf(await new Run(hosts).up())).toContain("b cannot be reached: no route to host");
  hosts.set("b", domain("running (migrated)"));
  hosts.commands.length = 0;
  expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b", staleCopies: [], leftovers: [] } });
  expect(hosts.commands).toEqual(["destroy stale copy on a", "undefine on a"]);
});

test("a guest that comes and goes for a minute is not read for longer", async () => {
  const run = new Run(new MemoryHosts(runningOnA()));
  const error = new ChangedWhileReading(uuid);
  run.placement.driver.observe = () => Promise.reject(error);
  const begun = Date.now();
  expect(await run.look()).toBe(error);
  expect(Date.now() - begun).toBe(60_000);
});
