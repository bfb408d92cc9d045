import { parseJob } from "../../../../provider/libvirt/migration/job";
import { type ConvergenceState, nextAction } from "../../../../provider/placement/migration/convergence";
import type { Job } from "../../../../provider/placement/migration/job";

const mib = 1024 ** 2;
const idle = parseJob("");
const means: ConvergenceState = { downtimeMs: 300, maxDowntimeMs: 300, autoConverge: "never", postCopy: "never" };

/** One job a second, while passes begin with these amounts to send, at 4 MiB/s. */
function passes(...amounts: number[]): Job[] {
  return amounts.flatMap((amount, index) =>
    [1, 0.5, 0.1].map((rest) => ({
      ...idle,
      active: true,
      iterations: index + 1,
      remainingBytes: amount * rest * mib,
      bytesPerSecond: 4 * mib,
      dirtyBytesPerSecond: 6 * mib,
    })),
  );
}

const stalled = passes(64, 32, 31, 32, 32);

test.each<[string, Job[]]>([
  ["nothing was seen", []],
  ["the first pass, however long", Array.from({ length: 500 }, () => passes(64)[0] as Job)],
  ["passes get shorter", passes(64, 32, 28, 24, 20, 16, 12)],
  ["too few passes", passes(64, 32, 32, 32)],
  ["one long pass among shorter ones", passes(64, 32, 30, 33, 20)],
])("it waits: %s", (_, jobs) => expect(nextAction(jobs, means)).toEqual({ do: "wait" }));

test("downtime is raised in steps, as far as is needed and allowed", () => {
  const raised = (maxDowntimeMs: number, downtimeMs = 300) =>
    nextAction(stalled, { ...means, downtimeMs, maxDowntimeMs });
  expect(raised(60_000)).toEqual({ do: "raise downtime", toMs: 9600 }); // 32 MiB at 4 MiB/s, and a fifth
  expect(raised(1000)).toEqual({ do: "raise downtime", toMs: 1000 });
  expect(raised(60_000, 9600)).toEqual({ do: "raise downtime", toMs: 14_400 });
});

test("then it tries again with auto-converge, then switches to post-copy", () => {
  const possible: ConvergenceState = { ...means, autoConverge: "possible", postCopy: "possible" };
  expect(nextAction(stalled, possible)).toEqual({ do: "retry with auto-converge" });
  expect(nextAction(stalled, { ...possible, autoConverge: "on" })).toEqual({ do: "post-copy" });
  expect(nextAction(stalled, { ...possible, autoConverge: "on", postCopy: "begun" })).toEqual({ do: "wait" });
});

test("as long as auto-converge goes on throttling, it waits", () => {
  const throttled = stalled.map((job) => ({ ...job, throttlePercent: 20 + job.iterations * 10 }));
  expect(nextAction(throttled, { ...means, autoConverge: "on" })).toEqual({ do: "wait" });
});

test("at last it gives up, with the numbers and what would have let it finish", () => {
  expect(nextAction(stalled, means)).toEqual({
    do: "abort",
    reason:
      "It would never have converged: the guest dirties 6.0 MiB/s of memory, 4.0 MiB/s are sent, and 32.0 MiB remain at each pass. Any of these would have let it finish: a maxDowntimeMs of 9600 (now 300), or more than 6.0 MiB/s of bandwidth, or autoConverge, or postCopy, if the hosts support it.",
  });
});
