/** `npm run test:faults`: the fault matrix, cell by cell; cells that have a record are not run again. */
import { Command, InvalidArgumentError, Option } from "commander";
import { defaultHosts } from "../../lab/hosts";
import { Lab } from "../../lab/lab";
import { runAttached } from "../../lab/process";
import { setupSteps } from "../../lab/setup";
import { runSteps } from "../../lab/steps";
import { runMain } from "../../lab/terminal";
import { cells, faults, moreHosts } from "./cells";
import { type Cell, cellName } from "./fault";
import { readRecords } from "./record";
import { isGood, reportText } from "./report";
import { restartExitCode, runCells } from "./run-cells";

interface Shard {
  part: number;
  parts: number;
}

interface Options {
  report?: true;
  only?: string[];
  again?: true;
  since?: Date;
  lab: string;
  shard?: Shard;
  inside?: string;
}

const program = new Command("npm run test:faults --")
  .description("Run the fault matrix: each fault at each moment of a move, on real hosts. Needs root.")
  .option("--report", "print the matrix from the records; exit code 1 when any cell is bad")
  .option("--only <text...>", "only cells whose FAULT/MOMENT contains one of these texts")
  .option("--again", "also cells that already have a record")
  .option("--since <date>", "also cells whose record is older: goes on with a new run of all of them", dateOf)
  .option("--lab <name>", "the lab to use; it stays up afterwards", "faults")
  .option("--shard <i/n>", "every n-th cell, from the i-th on: shares the work among labs", shardOf)
  .addOption(new Option("--inside <cells>", "numbers of the cells to run, in the lab's network").hideHelp());

runMain(async () => {
  const options = program.parse().opts<Options>();
  if (options.report) return report();
  if (options.inside !== undefined) return runCells(cellsAt(options.inside.split(",").map(Number)));
  const begun = Date.now();
  const hosts = [...defaultHosts, ...moreHosts(cellsAt(due(options, begun)))];
  await runSteps(setupSteps({ labs: [new Lab(options.lab)], hosts, pulumi: false }));
  process.exitCode = await inside(options.lab, () => due(options, begun));
});

function cellsAt(numbers: readonly number[]): Cell[] {
  return numbers.map((index) => cells[index] as Cell);
}

function report(): void {
  const records = readRecords();
  console.log(reportText(faults, records, process.stdout.columns));
  process.exitCode = isGood(records) ? 0 : 1;
}

/** @throws InvalidArgumentError unless it is a date, e.g. `2026-11-28T10:00Z` */
function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError("Use e.g. 2026-11-28T10:00Z.");
  return date;
}

/** @throws InvalidArgumentError unless it is one of several parts, e.g. `1/2` */
function shardOf(text: string): Shard {
  const [part = 0, parts = 0] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (part === 0 || part > parts) throw new InvalidArgumentError("Use e.g. 1/2.");
  return { part, parts };
}

/** Numbers of the cells that are still to be run. */
function due({ only, again, since, shard = { part: 1, parts: 1 } }: Options, begun: number): number[] {
  const sinceMs = again ? begun : (since?.getTime() ?? 0);
  const fresh = new Set(
    readRecords()
      .filter(({ date }) => Date.parse(date) >= sinceMs)
      .map(({ fault, moment }) => `${fault}/${moment}`),
  );
  return cells
    .map((cell, index) => ({ name: cellName(cell), index }))
    .filter(({ name }) => only?.some((text) => name.includes(text)) ?? true)
    .filter((_, place) => place % shard.parts === shard.part - 1)
    .filter(({ name }) => !fresh.has(name))
    .map(({ index }) => index);
}

/** Runs the cells in the lab's network, in a new process whenever one hangs. */
async function inside(lab: string, left: () => number[]): Promise<number> {
  for (;;) {
    const numbers = left();
    if (numbers.length === 0) return 0;
    const argv = [process.execPath, "--import", "tsx", __filename, "--inside", numbers.join(",")];
    const exitCode = await runAttached(new Lab(lab).enter(argv), { env: { ...process.env, KVM_LIVE_LAB: lab } });
    if (exitCode !== restartExitCode) return exitCode;
  }
}
