/** Ctrl-C, the first and the second, at each moment of a migration. */
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const hostsWith = (dirtyMiBps = 0) =>
  new MemoryHosts({ a: domain("running (booted)"), b: undefined }, { totalMiB: 320, dirtyMiBps, bandwidthMiBps: 32 });
const cancelled = "Cancelled.";

function cancelledAt(ms: number, hosts: MemoryHosts, options: ConstructorParameters<typeof Run>[1] = {}) {
  const run = new Run(hosts, options);
  hosts.at(ms, () => run.cancellation.abort(new Error(cancelled)));
  return run;
}

test("before it begins: nothing is begun", async () => {
  const hosts = hostsWith();
  const run = new Run(hosts);
  run.cancellation.abort(new Error(cancelled));
  expect(messageOf(await run.up())).toBe("web was not moved from a to b.\nCancelled.");
  expect(hosts.commands).toEqual([]);
});

test("in the middle: it is aborted, and the guest stays", async () => {
  const hosts = hostsWith();
  expect(messageOf(await cancelledAt(5000, hosts).up())).toBe(
    "web was not moved from a to b. It is running on a.\nCancelled.",
  );
  expect(hosts.commands).toEqual(["prepare", "perform", "abort", "rollback"]);
  expect(hosts.whereabouts).toBe("running (migration canceled) on a");
});

test("in post-copy: it cannot be undone, and goes on to its end", async () => {
  const hosts = hostsWith(16);
  const run = cancelledAt(13_000, hosts, { limits: { postCopy: { when: "after-precopy" } } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).not.toContain("abort");
});

test("while it is given up for auto-converge: there is no second attempt", async () => {
  const hosts = new MemoryHosts(
    { a: domain("running (booted)"), b: undefined },
    { totalMiB: 64, dirtyMiBps: 64, bandwidthMiBps: 32 },
  );
  const run = new Run(hosts);
  const { job } = run.placement.driver;
  run.placement.driver.job = (source) => ({
    ...job(source),
    abort: async () => {
      run.cancellation.abort(new Error(cancelled));
      return job(source).abort();
    },
  });
  expect(messageOf(await run.up())).toContain("It is running on a.");
  expect(hosts.commands).not.toContain("perform with auto-converge");
});

test("while it waits for another one of its hosts: it leaves the queue", async () => {
  const [first, second] = [hostsWith(), hostsWith()];
  const waiting = cancelledAt(2000, second);
  let wasFirstActive: boolean | undefined;
  const moved = new Run(first).up();
  const left = waiting.up().finally(() => {
    wasFirstActive = first.job?.isActive;
  });
  const results = await Promise.all([moved, left]);
  expect(wasFirstActive).toBe(true);
  expect(results[0]).toMatchObject({ location: { hostName: "b" } });
  expect(messageOf(results[1])).toBe("web was not moved from a to b.\nCancelled.");
  expect(second.commands).toEqual([]);
});

test("while someone else's is only looked at: it goes on, and is not waited for", async () => {
  const hosts = hostsWith();
  hosts.migrate({ from: "a", to: "b", autoConverge: false, tls: true });
  expect(messageOf(await cancelledAt(3000, hosts).look())).toBe("web: A migration of it goes on.");
  expect(hosts.commands).toEqual([]);
  expect(hosts.job?.isActive).toBe(true);
});

test("the second Ctrl-C ends the watching at once, and the job goes on", async () => {
  const hosts = hostsWith();
  const run = new Run(hosts);
  hosts.at(5000, () => run.process.abort(new Error("Pulumi has ended.")));
  expect(messageOf(await run.up())).toBe("Pulumi has ended.");
  expect(hosts.job?.isActive).toBe(true);
  expect(hosts.commands).toEqual(["prepare", "perform"]);
});
