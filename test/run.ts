/**
 * `npm test`: checks and unit tests first, since they need nothing; then a fresh lab, and the tests that need one.
 * Ends with the line `N passed, N failed`.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProvider } from "../lab/build-provider";
import { defaultHosts } from "../lab/hosts";
import { Lab } from "../lab/lab";
import { repository } from "../lab/paths";
import { runAttached } from "../lab/process";
import { setupSteps } from "../lab/setup";
import { runSteps } from "../lab/steps";

interface Counts {
  passed: number;
  failed: number;
}

const lab = new Lab("test");
const onlyLab = process.argv.includes("--only") && process.argv.includes("lab");
const filters = process.argv.slice(2).filter((argument) => !["--only", "lab"].includes(argument));

async function main(): Promise<Counts[]> {
  const counts: Counts[] = [];
  if (!onlyLab) counts.push(await jest(["--selectProjects", "checks", "unit", "protocol"]));
  try {
    await runSteps([
      { title: "Taking down the last test's lab", run: (report) => lab.down(report) },
      { title: "Building the provider", run: buildProvider },
      ...setupSteps({ lab, hosts: defaultHosts, later: ["hv-c"], pulumi: true }),
    ]);
    counts.push(await jest(["--selectProjects", "lab", "--runInBand"], (argv) => lab.enter(argv)));
  } catch (error) {
    console.error(`\nerror: ${(error as Error).message}`);
    counts.push({ passed: 0, failed: 1 });
  } finally {
    await lab.down();
  }
  return counts;
}

/** A run that jest itself could not finish counts as one failure. */
async function jest(args: string[], wrap = (argv: string[]) => argv): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-jest-"));
  const outputFile = join(folder, "result.json");
  const program = join(repository, "node_modules/.bin/jest");
  const output = ["--json", `--outputFile=${outputFile}`, "--testLocationInResults"];
  const env = { ...process.env, KVM_LIVE_LAB: lab.name };
  try {
    const exitCode = await runAttached(wrap([program, ...output, ...args, ...filters]), { env });
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
