/** Migrations that someone else has begun: waited for, recorded, and steered only by whoever acts. */
import type { MigrationLimits } from "../../../provider/placement/migration/limits";
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const memory = { totalMiB: 320, dirtyMiBps: 0, bandwidthMiBps: 32 };
const start = { from: "a", to: "b", autoConverge: false, tls: true } as const;

function movedBySomeone(dirtyMiBps = 0) {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined }, { ...memory, dirtyMiBps });
  hosts.migrate(start);
  return hosts;
}

test("a look waits for its end, tells of it, and has its record", async () => {
  const hosts = movedBySomeone();
  const run = new Run(hosts);
  expect(await run.look()).toMatchObject({
    location: { kind: "at", hostName: "b" },
    records: [{ from: "a", to: "b", encrypted: true, totalTimeMs: 10_000 }],
  });
  expect(run.progress[0]).toBe("a migration is under way: waiting for its end");
  expect(hosts.commands).toEqual([]);
});

test("up takes it for the move that was wanted", async () => {
  const hosts = movedBySomeone();
  expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b" }, records: [{ from: "a", to: "b" }] });
  expect(hosts.commands).toEqual([]);
});

test("one that begins after the look and before the first step is recorded, not dropped", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: domain("running (booted)", { mark: "older" }) }, memory);
  const run = new Run(hosts, { want: { hostName: "b" } });
  const { driver } = run.placement;
  const { preflight } = driver;
  driver.preflight = async (...args) => {
    hosts.set("b", undefined);
    hosts.set("a", domain("running (booted)", { mark: "older" }));
    hosts.migrate(start);
    return preflight(...args);
  };
  expect(await run.up()).toMatchObject({ records: [{ from: "a", to: "b", encrypted: true }] });
  expect(hosts.commands).toEqual(["define on b"]);
});

test("whoever acts keeps it to the deadline", async () => {
  const hosts = movedBySomeone();
  const error = messageOf(await new Run(hosts, { limits: { timeoutSeconds: 4 } }).up());
  expect(error).toMatch(/^web was not moved to b\.\nGiven up after 4 s/);
  expect(hosts.commands).toEqual(["abort"]);
});

test("whoever only looks does not", async () => {
  const hosts = movedBySomeone();
  expect(await new Run(hosts, { limits: { timeoutSeconds: 4 } }).look()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual([]);
});

test("one that never converges is not begun again by someone who has not begun it", async () => {
  const hosts = movedBySomeone(64);
  const run = new Run(hosts, { limits: { autoConverge: undefined } });
  expect(messageOf(await run.up())).toContain("It would never have converged");
  expect(hosts.commands).not.toContain("perform with auto-converge");
});

test("one that fails is followed by the move that was wanted", async () => {
  const hosts = movedBySomeone();
  hosts.at(3000, () => hosts.job?.abort());
  expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b" }, records: [{ transport: "memory" }] });
  expect(hosts.commands).toEqual(["prepare", "perform", "confirm"]);
});

test("a destination that waits for a source that is gone is given 90 s", async () => {
  const incoming = domain("paused (starting up)", { job: "incoming", persistent: false });
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: incoming });
  const begun = Date.now();
  expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b" } });
  expect(Date.now() - begun).toBeGreaterThan(90_000);
  expect(hosts.commands).toEqual(["destroy stale copy on b", "prepare", "perform", "confirm"]);
});

test("its record is in the state's history, before that of the move that follows", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined, c: undefined }, memory);
  hosts.migrate({ ...start, to: "c" });
  const run = new Run(hosts);
  const result = await run.up();
  expect(result).toMatchObject({
    records: [
      { from: "a", to: "c" },
      { from: "c", to: "b" },
    ],
  });
  expect(run.stateOf(result)).toMatchObject({
    host: "b",
    lastMigration: { from: "c", to: "b" },
    migrationHistory: [
      { from: "c", to: "b" },
      { from: "a", to: "c" },
    ],
  });
  expect(hosts.commands).toEqual(["prepare", "perform", "confirm"]);
});

test("the record of one that ended after its run was killed is taken from the hosts", async () => {
  const hosts = movedBySomeone();
  hosts.job?.complete(77);
  const run = new Run(hosts, { known: { host: "a" } });
  expect(run.stateOf(await run.look())?.migrationHistory).toMatchObject([{ from: "a", to: "b", downtimeMs: 77 }]);
});

test("one that fails leaves no record", async () => {
  const hosts = movedBySomeone();
  hosts.at(3000, () => hosts.job?.abort());
  const run = new Run(hosts);
  expect(run.stateOf(await run.look())).not.toHaveProperty("migrationHistory");
});

test("one that arrives just before its deadline's abort is a success", async () => {
  const run = new Run(movedBySomeone(), { limits: { timeoutSeconds: 4 }, circumstances: { abortsTooLate: true } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" }, records: [{ from: "a", to: "b" }] });
});

test("Ctrl-C ends it, when this run would have changed something", async () => {
  const hosts = movedBySomeone();
  const run = new Run(hosts);
  hosts.at(3000, () => run.cancellation.abort(new Error("Cancelled.")));
  expect(messageOf(await run.up())).toBe("web was not moved to b.\nCancelled.");
  expect(hosts.commands).toEqual(["abort"]);
  expect(hosts.whereabouts).toBe("running (migration canceled) on a");
});

test("what was seen of it is kept while its destination finishes", async () => {
  const hosts = movedBySomeone();
  hosts.at(10_100, () => hosts.set("b", domain("running (migrated)", { job: "incoming" })));
  hosts.at(12_500, () => hosts.set("b", domain("running (migrated)")));
  expect(await new Run(hosts).look()).toMatchObject({ records: [{ from: "a", to: "b", totalTimeMs: 10_000 }] });
});

test("one of this run's own whose command was lost is joined again, and recorded once", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined }, memory);
  const run = new Run(hosts, { circumstances: { losesCommandAfterMs: 3000 } });
  expect((await run.up()) as object).toMatchObject({
    location: { hostName: "b" },
    records: [{ from: "a", to: "b", transport: "memory", totalTimeMs: 10_000 }],
  });
  expect(hosts.commands).toEqual(["prepare", "perform", "confirm"]);
});

describe("its deadline holds then, too", () => {
  const upTo = async (limits: Partial<MigrationLimits>) => {
    const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined }, memory);
    const run = new Run(hosts, {
      limits: { timeoutSeconds: 6, ...limits },
      circumstances: { losesCommandAfterMs: 3000 },
    });
    return { hosts, result: await run.up() };
  };

  test("it is given up, and the guest stays", async () => {
    const { hosts, result } = await upTo({});
    expect(messageOf(result)).toContain("Given up after 6 s (timeoutSeconds)");
    expect(hosts.whereabouts).toBe("running (migration canceled) on a");
  });

  test("the destination is cleared", async () => {
    const { hosts } = await upTo({});
    expect(hosts.commands).toEqual(["prepare", "perform", "abort", "rollback"]);
  });

  test("the downtime limit is lifted again", async () => {
    const { hosts } = await upTo({ maxDowntimeMs: 100 });
    expect(hosts.commands.at(-1)).toBe("max downtime 300");
  });

  test("a guest that was held still goes on at the destination", async () => {
    const { hosts, result } = await upTo({ onTimeout: "suspend" });
    expect(hosts.whereabouts).toMatch(/^running .* on b$/);
    expect(result).toMatchObject({ location: { hostName: "b" } });
  });
});

test("someone else's that was held still for its deadline goes on at the destination", async () => {
  const hosts = movedBySomeone(16);
  const run = new Run(hosts, { limits: { timeoutSeconds: 4, onTimeout: "suspend" } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" }, records: [{ from: "a", to: "b" }] });
  expect(hosts.commands).toEqual(["suspend", "resume the job's guest on b"]);
  expect(hosts.whereabouts).toBe("running (unpaused) on b");
});

test("neither is it left paused when it began after the plan was made", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined }, { ...memory, dirtyMiBps: 16 });
  const run = new Run(hosts, { limits: { timeoutSeconds: 4, onTimeout: "suspend" } });
  const { driver } = run.placement;
  const { preflight } = driver;
  driver.preflight = async (...args) => {
    hosts.migrate(start);
    return preflight(...args);
  };
  expect(await run.up()).toMatchObject({ location: { hostName: "b" }, records: [{ from: "a", to: "b" }] });
  expect(hosts.commands).toEqual(["suspend", "resume the job's guest on b"]);
});
