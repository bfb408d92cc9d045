/**
 * `npm test`: checks and unit tests first, since they need nothing, while fresh labs boot; then the tests that need one.
 * Ends with what took longest, and the line `N passed, N failed`.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { buildProvider } from "../lab/build-provider";
import { buildLinux } from "../lab/guest/linux";
import { defaultHosts } from "../lab/hosts";
import { Lab } from "../lab/lab";
import { repository } from "../lab/paths";
import { ensurePackages } from "../lab/preflight/packages";
import { runAttached } from "../lab/process";
import { setupSteps } from "../lab/setup";
import { runSteps } from "../lab/steps";
import { counts, fileSeconds, type JestResult, type JestRun, report } from "./durations";
import { spread, type TestFile } from "./spread";

const [onlyLab, recordsDurations] = ["--only", "--record-durations"].map((flag) => process.argv.includes(flag));
const filters = process.argv.slice(2).filter((argument) => !["--only", "lab", "--record-durations"].includes(argument));
const isEverything = process.env.KVM_LIVE_EVERYTHING === "1";
const withoutHosts = ["checks", "unit", "protocol"];
const labFolder = join(repository, "test/lab");
/** Seconds of lab test files; `npm test -- --record-durations` writes them down. */
const durationsFile = join(labFolder, "durations.json");
/** One host at a time is busy in most lab tests, so two labs on two CPUs need little more time than one. */
const files = spread(labTestFiles(), freemem() > 14 * 1024 ** 3 ? 2 : 1);
const labs = files.map((_, index) => new Lab(`test${index + 1}`));

async function main(): Promise<JestRun[]> {
  const runs: JestRun[] = [];
  if (process.getuid?.() === 0) await ensurePackages(console.error); // the checks need shellcheck
  const ready = prepareLabs().catch((error: Error) => error);
  if (!onlyLab)
    runs.push(await jest("without hosts", [...filters, "--selectProjects", ...withoutHosts, "--maxWorkers=100%"]));
  try {
    const failure = await ready;
    if (failure) throw failure;
    const lists = files.map((paths, index) =>
      jest(
        `lab test${index + 1}`,
        ["--selectProjects", "lab", "--runInBand", "--runTestsByPath", ...paths],
        labs[index],
      ),
    );
    runs.push(...(await Promise.all(lists)));
    if (isEverything && !onlyLab)
      for (const project of ["corpus", "release"])
        runs.push(await jest(project, [...filters, "--selectProjects", project, "--passWithNoTests"]));
  } catch (error) {
    console.error(`\nerror: ${(error as Error).message}`);
    runs.push({ name: "labs", seconds: 0, exitCode: 1, result: nothing });
  } finally {
    await downAll();
  }
  return runs;
}

/** Beside other tests, which print as well. */
const prepareLabs = (): Promise<void> =>
  runSteps(
    [
      { title: "Taking down the last test's labs", run: () => downAll() },
      { title: "Building the provider", run: buildProvider },
      ...setupSteps({ labs, hosts: defaultHosts, later: isEverything ? ["hv-c", "hv-m"] : ["hv-c"], pulumi: true }),
      ...(isEverything ? [{ title: "Building the Linux guest", run: buildLinux }] : []),
    ],
    { log: onlyLab !== true },
  );

const nothing: JestResult = { numPassedTests: 0, numFailedTests: 0, testResults: [] };

function recordedDurations(): Record<string, number> {
  return JSON.parse(readFileSync(durationsFile, "utf8"));
}

const downAll = () => Promise.all(labs.map((lab) => lab.down()));

function labTestFiles(): TestFile[] {
  const recorded = recordedDurations();
  return readdirSync(labFolder)
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => !name.endsWith(".lengthy.test.ts") || isEverything)
    .map((name) => ({ path: join(labFolder, name), ...(name in recorded && { seconds: recorded[name] }) }))
    .filter(({ path }) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
}

async function jest(name: string, args: string[], lab?: Lab): Promise<JestRun> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-jest-"));
  const outputFile = join(folder, "result.json");
  const program = join(repository, "node_modules/.bin/jest");
  const argv = [program, "--json", `--outputFile=${outputFile}`, ...args];
  const env = { ...process.env, ...(lab && { KVM_LIVE_LAB: lab.name }) };
  const begin = performance.now();
  try {
    const exitCode = await runAttached(lab ? lab.enter(argv) : argv, { env });
    const seconds = (performance.now() - begin) / 1000;
    const result = existsSync(outputFile) ? JSON.parse(readFileSync(outputFile, "utf8")) : nothing;
    return { name, seconds, exitCode: exitCode || (result === nothing ? 1 : 0), result };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().then((runs) => {
  if (recordsDurations) {
    const measured = runs.filter(({ name }) => name.startsWith("lab ")).flatMap(({ result }) => fileSeconds(result));
    const all = Object.entries({ ...recordedDurations(), ...Object.fromEntries(measured) }).sort();
    writeFileSync(durationsFile, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
  }
  const { passed, failed } = counts(runs);
  console.log(`\n${report(runs)}\n\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
});
