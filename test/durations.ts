/** Pure: what jest's results say about how long files and tests took. */
import { basename } from "node:path";

/** One run of jest: that of all tests that need no hosts, or that of one lab. */
export interface JestRun {
  name: string;
  seconds: number;
  exitCode: number;
  result: JestResult;
}

/** What is read of jest's `--json`. @see FormattedTestResults in @jest/test-result */
export interface JestResult {
  numPassedTests: number;
  numFailedTests: number;
  /** One for each file. Times are in milliseconds. */
  testResults: {
    name: string;
    startTime: number;
    endTime: number;
    assertionResults: { fullName: string; duration?: number | null }[];
  }[];
}

/** Passed and failed tests. A run that jest could not finish counts as one that failed. */
export function counts(runs: readonly JestRun[]): { passed: number; failed: number } {
  const sum = (count: (run: JestRun) => number) => runs.reduce((total, run) => total + count(run), 0);
  return {
    passed: sum(({ result }) => result.numPassedTests),
    failed: sum(({ result, exitCode }) => result.numFailedTests || (exitCode === 0 ? 0 : 1)),
  };
}

/** Names of test files, with their seconds, set-up included. */
export function fileSeconds({ testResults }: JestResult): [string, number][] {
  return testResults.map(({ name, startTime, endTime }) => [basename(name), Math.round((endTime - startTime) / 1000)]);
}

/** The lines that tell where the time went: the slowest tests of all runs, then each run with its slowest files. */
export function report(runs: readonly JestRun[], slowest = 10): string {
  const tests = runs.flatMap(({ result }) =>
    result.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => ({ file: basename(name), fullName, ms: duration ?? 0 })),
    ),
  );
  const slow = tests.sort((a, b) => b.ms - a.ms).slice(0, slowest);
  const ofTests = slow.map(({ file, fullName, ms }) => `${padded(ms / 1000)}  ${file}: ${fullName}`);
  const ofRuns = runs.map(({ name, seconds, result }) => {
    const files = fileSeconds(result).sort(([, a], [, b]) => b - a);
    const shown = files.slice(0, slowest).map(([file, took]) => `${file.replace(".test.ts", "")} ${took}`);
    return `${padded(seconds)}  ${name}: ${shown.join(", ")}`;
  });
  return [
    `The ${slow.length} slowest tests, in seconds:`,
    ...ofTests,
    "Each run with its slowest files:",
    ...ofRuns,
  ].join("\n");
}

const padded = (seconds: number) => String(Math.round(seconds)).padStart(6);
