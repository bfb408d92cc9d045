/** How a guest ends, what is left alone, and post-copy that cannot be resumed. */
import { driftOf } from "../../../provider/placement/observe/drift";
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain, wanted } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const half = (job: "outgoing" | "incoming", state: string) => domain(`${state} (post-copy failed)`, { job });
const onBoth = () => new MemoryHosts({ a: half("outgoing", "paused"), b: half("incoming", "paused") });

test("a guest is not ended beside a definition that nothing marks as ours", async () => {
  const { mark: _, ...foreign } = domain("shut off (shutdown)");
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: foreign });
  expect(messageOf(await new Run(hosts).remove("destroy"))).toContain("nothing marks as made by this provider");
  expect(hosts.commands).toEqual([]);
});

test("the second Ctrl-C ends the waiting for a shutdown", async () => {
  const hosts = new MemoryHosts({ a: domain("running (booted)"), b: undefined });
  const run = new Run(hosts, { circumstances: { ignoresButton: 1000 } });
  hosts.at(5000, () => run.process.abort(new Error("Pulumi has ended.")));
  expect(messageOf(await run.remove("shutdown"))).toBe("Pulumi has ended.");
  expect(hosts.whereabouts).toBe("running (booted) on a");
});

test("an interrupted post-copy is resumed before its guest is ended", async () => {
  const hosts = onBoth();
  await new Run(hosts).remove("destroy");
  expect(hosts.commands).toEqual(["resume post-copy from a to b", "destroy on b", "undefine on b"]);
});

test("a post-copy that cannot be resumed stays as it is, with the reason", async () => {
  const hosts = onBoth();
  const run = new Run(hosts);
  run.placement.driver.resumePostCopy = async () => "no route to host";
  expect(messageOf(await run.up())).toBe("The post-copy of web from a to b was not resumed.\nno route to host");
  expect(hosts.commands).toEqual([]);
});

test("a post-copy of which one half is gone is left to the operator", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: domain("paused (post-copy failed)") });
  expect(messageOf(await new Run(hosts).up())).toContain("the other part is gone: it cannot continue");
  expect(hosts.commands).toEqual([]);
});

test("a post-copy that has broken is not rolled back", async () => {
  const hosts = new MemoryHosts(
    { a: domain("running (booted)"), b: undefined },
    { totalMiB: 320, dirtyMiBps: 16, bandwidthMiBps: 32 },
  );
  hosts.at(12_000, () => hosts.job?.breakDown());
  await new Run(hosts, { limits: { postCopy: { when: "after-precopy" } } }).up();
  expect(hosts.commands).toEqual(["prepare", "perform", "start post-copy"]);
});

test("what runs although its start has failed keeps its definition", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: undefined });
  const run = new Run(hosts);
  const { act } = run.placement.driver;
  const lost = new Error("Connection reset by peer");
  run.placement.driver.act = async (step, on, signal) => {
    await act(step, on, signal);
    if (step.do === "start") throw lost;
  };
  expect(await run.up()).toBe(lost);
  expect(hosts.commands).toEqual(["define on b", "start on b"]);
});

test("images that were copied for a guest are kept where it is", async () => {
  const run = new Run(new MemoryHosts({ a: undefined, b: domain("running (migrated)") }));
  const keepCopiedImages = jest.fn(async () => {});
  run.placement.driver.keepCopiedImages = keepCopiedImages;
  await run.up();
  expect(keepCopiedImages).toHaveBeenCalledWith(expect.objectContaining({ name: "b" }));
});

test("drift: a post-copy was interrupted", async () => {
  const seen = await new Run(onBoth()).look();
  if (seen instanceof Error) throw seen;
  expect(driftOf(seen.location, wanted, false)).toEqual([expect.stringContaining("with its memory on both")]);
});

test("drift: none in a guest that is wanted without a definition", async () => {
  const transient = domain("running (booted)", { persistent: false, mark: "x" });
  const seen = await new Run(new MemoryHosts({ b: transient })).look();
  if (seen instanceof Error) throw seen;
  expect(driftOf(seen.location, { ...wanted, persistent: false }, true)).toEqual([]);
});
