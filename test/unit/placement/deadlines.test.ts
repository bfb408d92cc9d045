/** What becomes of a migration that takes longer than `timeoutSeconds`, and post-copy. */
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const busy = () =>
  new MemoryHosts(
    { a: domain("running (booted)"), b: undefined },
    { totalMiB: 320, dirtyMiBps: 16, bandwidthMiBps: 32 },
  );
const postCopy = { when: "when-stalled" } as const;

test("abort: it is given up, and the guest stays", async () => {
  const hosts = busy();
  const run = new Run(hosts, { limits: { timeoutSeconds: 5 } });
  expect(messageOf(await run.up())).toMatch(
    /It is running on a\.\nGiven up after 5 s \(timeoutSeconds\): the guest dirties/,
  );
  expect(hosts.whereabouts).toBe("running (migration canceled) on a");
  expect(run.journal.at(-1)).toBe(
    "a+b: web: migrate from a to b: failed: web was not moved from a to b. It is running on a.",
  );
});

test("suspend: it is held still for the rest, and goes on at the destination", async () => {
  const hosts = busy();
  const run = new Run(hosts, { limits: { timeoutSeconds: 5, onTimeout: "suspend" } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual(["prepare", "perform", "suspend", "resume the job's guest on b", "confirm"]);
  expect(run.progress).toContain(
    "migrating a => b: 5 s (timeoutSeconds) are over: holding the guest still for the rest",
  );
  expect(hosts.whereabouts).toMatch(/^running \(unpaused\) on b/);
});

test("suspend: one that was held still in vain goes on where it is", async () => {
  const hosts = busy();
  hosts.at(8000, () => {
    hosts.job?.abort();
    hosts.set("a", domain("paused (user)"));
  });
  const run = new Run(hosts, { limits: { timeoutSeconds: 5, onTimeout: "suspend" } });
  expect(messageOf(await run.up())).toContain("web was not moved from a to b.");
  expect(hosts.commands).toContain("resume the job's guest on a");
  expect(hosts.whereabouts).toMatch(/^running \(unpaused\) on a/);
});

test("post-copy: it is switched over, and arrives", async () => {
  const hosts = busy();
  const run = new Run(hosts, { limits: { timeoutSeconds: 5, onTimeout: "post-copy", postCopy } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" }, records: [{ downtimeMs: 50 }] });
  expect(hosts.commands).toEqual(["prepare", "perform", "start post-copy", "confirm"]);
});

test("post-copy comes when passes do not get shorter and nothing else is left", async () => {
  const hosts = new MemoryHosts(
    { a: domain("running (booted)"), b: undefined },
    { totalMiB: 64, dirtyMiBps: 64, bandwidthMiBps: 32 },
  );
  const run = new Run(hosts, { limits: { autoConverge: false, postCopy } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" } });
  expect(run.progress).toContain("migrating a => b: the migration does not converge: switching to post-copy");
});

test("post-copy after the first pass, when it is wanted so", async () => {
  const hosts = busy();
  await new Run(hosts, { limits: { postCopy: { when: "after-precopy" } } }).up();
  expect(hosts.commands).toContain("start post-copy");
  expect(hosts.finished?.iterations).toBe(2);
});

test("a post-copy that loses its connection is left as it is, and the next run resumes it", async () => {
  const hosts = busy();
  const limits = { postCopy: { when: "after-precopy" } } as const;
  hosts.at(12_000, () => hosts.job?.breakDown());
  expect(messageOf(await new Run(hosts, { limits }).up())).toContain(
    "Its memory is on a and on b: run `pulumi up` to resume its post-copy.",
  );
  hosts.commands.length = 0;
  expect(await new Run(hosts, { limits }).up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual(["resume post-copy from a to b"]);
  expect(hosts.whereabouts).toBe("running (migrated) on b");
});

test("with one half of its memory gone nothing is done, and the operator is told what is left", async () => {
  const hosts = busy();
  hosts.at(12_000, () => {
    hosts.job?.breakDown();
    hosts.set("a", undefined); // its power was cut
  });
  const error = messageOf(await new Run(hosts, { limits: { postCopy: { when: "after-precopy" } } }).up());
  expect(error).toMatch(/Its memory was on two hosts, and the other part is gone: it cannot continue\./);
  expect(hosts.commands).toEqual(["prepare", "perform", "start post-copy"]);
  expect(hosts.whereabouts).toBe("running (post-copy failed) on b");
});

test.each(["suspend", "post-copy"] as const)("%s: not before anything was sent, and once", async (onTimeout) => {
  const slow = { totalMiB: 320, dirtyMiBps: 16, bandwidthMiBps: 32, setupMs: 8000 };
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined }, slow);
  const limits = { timeoutSeconds: 5, onTimeout, postCopy };
  hosts.at(7900, () => expect(hosts.commands).toEqual(["prepare", "perform"]));
  expect(await new Run(hosts, { limits }).up()).toMatchObject({ location: { hostName: "b" } });
  const command = onTimeout === "suspend" ? "suspend" : "start post-copy";
  expect(hosts.commands.filter((one) => one === command)).toHaveLength(1);
});

test("abort: also before anything was sent", async () => {
  const slow = { totalMiB: 320, dirtyMiBps: 16, bandwidthMiBps: 32, setupMs: 8000 };
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined }, slow);
  expect(messageOf(await new Run(hosts, { limits: { timeoutSeconds: 5 } }).up())).toContain("Given up after 5 s");
  expect(hosts.job?.look.elapsedMs).toBeLessThan(8000);
});

test("a guest that is held still is not steered any further", async () => {
  const hosts = new MemoryHosts(
    { a: domain("running (booted)"), b: undefined },
    { totalMiB: 320, dirtyMiBps: 64, bandwidthMiBps: 32 },
  );
  const limits = { timeoutSeconds: 5, onTimeout: "suspend", maxDowntimeMs: 1000 } as const;
  expect(await new Run(hosts, { limits }).up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual(["prepare", "perform", "suspend", "resume the job's guest on b", "confirm"]);
});
