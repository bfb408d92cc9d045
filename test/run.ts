/**
 * `npm test`: checks and unit tests first, since they need nothing; then fresh labs, and the tests that need one.
 * Ends with the line `N passed, N failed`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { buildProvider } from "../lab/build-provider";
import { defaultHosts } from "../lab/hosts";
import { Lab } from "../lab/lab";
import { repository } from "../lab/paths";
import { ensurePackages } from "../lab/preflight/packages";
import { runAttached } from "../lab/process";
import { setupSteps } from "../lab/setup";
import { runSteps } from "../lab/steps";
import { spread, type TestFile } from "./spread";

interface Counts {
  passed: number;
  failed: number;
}

const onlyLab = process.argv.includes("--only") && process.argv.includes("lab");
const filters = process.argv.slice(2).filter((argument) => !["--only", "lab"].includes(argument));
/** One host at a time is busy in most lab tests, so two labs on two CPUs need little more time than one. */
const files = spread(labTestFiles(), freemem() > 14 * 1024 ** 3 ? 2 : 1);
const labs = files.map((_, index) => new Lab(`test${index + 1}`));

async function main(): Promise<Counts[]> {
  const counts: Counts[] = [];
  if (process.getuid?.() === 0) await ensurePackages(console.error); // the checks need shellcheck
  if (!onlyLab) counts.push(await jest(["--selectProjects", "checks", "unit", "protocol", ...filters]));
  try {
    await runSteps([
      { title: "Taking down the last test's labs", run: () => downAll() },
      { title: "Building the provider", run: buildProvider },
      ...setupSteps({ labs, hosts: defaultHosts, later: ["hv-c"], pulumi: true }),
    ]);
    const lists = files.map((paths, index) =>
      jest(["--selectProjects", "lab", "--runInBand", "--runTestsByPath", ...paths], labs[index]),
    );
    counts.push(...(await Promise.all(lists)));
  } catch (error) {
    console.error(`\nerror: ${(error as Error).message}`);
    counts.push({ passed: 0, failed: 1 });
  } finally {
    await downAll();
  }
  return counts;
}

const downAll = () => Promise.all(labs.map((lab) => lab.down()));

function labTestFiles(): TestFile[] {
  const folder = join(repository, "test/lab");
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => !name.endsWith(".lengthy.test.ts") || process.env.KVM_LIVE_EVERYTHING === "1")
    .map((name) => join(folder, name));
  const wanted = paths.filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
  return wanted.map((path) => ({ path, size: statSync(path).size }));
}

/** A run that jest itself could not finish counts as one failure. */
async function jest(args: string[], lab?: Lab): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-jest-"));
  const outputFile = join(folder, "result.json");
  const program = join(repository, "node_modules/.bin/jest");
  const output = ["--json", `--outputFile=${outputFile}`, "--testLocationInResults"];
  const argv = [program, ...output, ...args];
  const env = { ...process.env, ...(lab && { KVM_LIVE_LAB: lab.name }) };
  try {
    const exitCode = await runAttached(lab ? lab.enter(argv) : argv, { env });
    const result = JSON.parse(readFileSync(outputFile, "utf8")) as { numPassedTests: number; numFailedTests: number };
    const failed = result.numFailedTests || (exitCode === 0 ? 0 : 1);
    return { passed: result.numPassedTests, failed };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().then((counts) => {
  const sum = (key: keyof Counts) => counts.reduce((total, count) => total + count[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
});
