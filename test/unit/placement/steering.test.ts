/** What is done about a guest that writes faster than can be sent, and about a stream that is not as it should be. */
import { HostError } from "../../../provider/host/errors";
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const hostsWith = (dirtyMiBps: number) =>
  new MemoryHosts({ a: domain("running (booted)"), b: undefined }, { totalMiB: 64, dirtyMiBps, bandwidthMiBps: 32 });

test("the downtime limit rises in steps, no further than allowed, and then it suffices", async () => {
  const hosts = hostsWith(31);
  const run = new Run(hosts, { limits: { maxDowntimeMs: 4000, autoConverge: false } });
  expect(await run.up()).toMatchObject({ location: { hostName: "b" } });
  const raised = hosts.commands.filter((command) => command.startsWith("max downtime"));
  expect(raised).toEqual(["max downtime 1726", "max downtime 2589"]); // what the last pass needs and a fifth; then half more
  expect(run.progress).toContainEqual(
    expect.stringMatching(/the migration does not converge: allowing a downtime of \d+ ms/),
  );
});

test("without that, a second attempt is made with auto-converge, which throttles the guest", async () => {
  const hosts = hostsWith(64);
  const run = new Run(hosts);
  expect(await run.up()).toMatchObject({ location: { hostName: "b" }, records: [{ from: "a", to: "b" }] });
  expect(hosts.commands).toEqual([
    ...["prepare", "perform", "abort", "rollback"],
    ...["prepare", "perform with auto-converge", "confirm"],
  ]);
  expect(run.progress.join("\n")).toMatch(/trying again with auto-converge.*guest throttled by \d\d %/s);
});

test("where auto-converge is not wanted, it is given up, with the figures and what would have let it finish", async () => {
  const hosts = hostsWith(64);
  const error = messageOf(await new Run(hosts, { limits: { autoConverge: false } }).up());
  expect(error).toMatch(
    /^web was not moved from a to b\. It is running on a\.\nIt would never have converged: the guest dirties 64\.0 MiB\/s of memory, 32\.0 MiB\/s are sent, and [\d.]+ MiB remain at each pass\. Any of these would have let it finish: a maxDowntimeMs of \d+ \(now 300\), or more than 64\.0 MiB\/s of bandwidth, or autoConverge, or postCopy/,
  );
  expect(hosts.whereabouts).toBe("running (migration canceled) on a");
});

test("a guest that was started with auto-converge by its options is not begun a second time", async () => {
  const hosts = hostsWith(64);
  await new Run(hosts, { limits: { autoConverge: true } }).up();
  expect(hosts.commands).not.toContain("perform with auto-converge");
});

test("what earlier attempts have taken counts for the deadline", async () => {
  const first = hostsWith(64);
  await new Run(first).up();
  const hosts = hostsWith(64);
  const error = messageOf(await new Run(hosts, { limits: { timeoutSeconds: 14 } }).up());
  expect(error).toContain("Given up after 14 s (timeoutSeconds)");
  expect(hosts.commands).toContain("perform with auto-converge");
  expect(hosts.job?.look.elapsedMs).toBeLessThan(14_000);
});

test("a stream on which nothing is sent any more is given up, where nothing else notices it", async () => {
  const hosts = hostsWith(0);
  hosts.at(1000, () => hosts.job?.breakDown());
  const error = messageOf(await new Run(hosts, { limits: { noProgressSeconds: 45 } }).up());
  expect(error).toMatch(/It is running on a\.\nNothing was sent for 45 s: the destination or the network/);
});

test("a plain stream where TLS was asked for is ended", async () => {
  const hosts = hostsWith(0);
  const run = new Run(hosts, { limits: { tlsRequiredBy: "data: tls" }, circumstances: { tls: false } });
  expect(messageOf(await run.up())).toMatch(
    /It is running on a\.\nIts stream was not encrypted, as it should have been \(data: tls\)\./,
  );
  expect(hosts.commands).toContain("abort");
});

test("a plain stream that has carried the guest already is a failure that says where it is", async () => {
  const hosts = hostsWith(0);
  const circumstances = { tls: false, abortsTooLate: true };
  const run = new Run(hosts, { limits: { tlsRequiredBy: "data: tls" }, circumstances });
  expect(messageOf(await run.up())).toMatch(/^web is on b now\.\nIts stream was not encrypted/);
});

test.each([true, false])(
  "a command about the job that its host refuses is given again (command: %s)",
  async (hasCommand) => {
    const hosts = hostsWith(64);
    const refuses = { abort: new HostError("a", "error: Timed out during operation") };
    hosts.at(30_000, () => hosts.job?.abort());
    const run = new Run(hosts, { limits: { autoConverge: false }, circumstances: { refuses, hasCommand } });
    expect(messageOf(await run.up())).toContain("It would never have converged");
    expect(hosts.commands.filter((command) => command === "abort").length).toBeGreaterThan(3);
  },
);

test("a downtime limit that could not be set is tried again after some more passes, not at each look", async () => {
  const hosts = hostsWith(64);
  const limits = { maxDowntimeMs: 1000, timeoutSeconds: 40, onTimeout: "abort" } as const;
  const run = new Run(hosts, { limits });
  const { job } = run.placement.driver;
  const begun = Date.now();
  const triedAtMs: number[] = [];
  run.placement.driver.job = (source) => ({
    ...job(source),
    setMaxDowntimeMs: async () => {
      triedAtMs.push(Date.now() - begun);
      return false;
    },
  });
  expect(messageOf(await run.up())).toContain("Given up after 40 s");
  expect(triedAtMs.length).toBeGreaterThan(1);
  const gapsMs = triedAtMs.slice(1).map((ms, index) => ms - (triedAtMs[index] ?? 0));
  expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(5000);
});
