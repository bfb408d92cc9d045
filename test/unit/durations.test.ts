import { counts, fileSeconds, type JestRun, report } from "../durations";

const file = (name: string, seconds: number, tests: Record<string, number | null>) => ({
  ...{ name: `/somewhere/${name}.test.ts`, startTime: 5000, endTime: 5000 + seconds * 1000 },
  assertionResults: Object.entries(tests).map(([fullName, duration]) => ({ fullName, duration })),
});
const runs: JestRun[] = [
  {
    ...{ name: "without hosts", seconds: 9.6, exitCode: 0 },
    result: { numPassedTests: 2, numFailedTests: 0, testResults: [file("plan", 1, { decides: 10, skipped: null })] },
  },
  {
    ...{ name: "lab test1", seconds: 312, exitCode: 1 },
    result: {
      ...{ numPassedTests: 2, numFailedTests: 1 },
      testResults: [file("nfs", 100, { exports: 20_000 }), file("placement", 200, { moves: 42_400, stops: 30_000 })],
    },
  },
];

test("what took longest is told, tests and files", () => {
  expect(report(runs, 3).split("\n")).toEqual([
    "The 3 slowest tests, in seconds:",
    "    42  placement.test.ts: moves",
    "    30  placement.test.ts: stops",
    "    20  nfs.test.ts: exports",
    "Each run with its slowest files:",
    "    10  without hosts: plan 1",
    "   312  lab test1: placement 200, nfs 100",
  ]);
  expect(runs.flatMap(({ result }) => fileSeconds(result))).toEqual([
    ["plan.test.ts", 1],
    ["nfs.test.ts", 100],
    ["placement.test.ts", 200],
  ]);
});

test("what jest could not finish counts as a failure", () => {
  expect(counts(runs)).toEqual({ passed: 4, failed: 1 });
  expect(counts([{ ...(runs[0] as JestRun), exitCode: 1 }])).toEqual({ passed: 2, failed: 1 });
});
