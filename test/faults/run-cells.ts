/** Runs cells one after another inside a lab's network; the process exits when one hangs. */
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import { runningLab } from "../lab/support";
import { moreHosts } from "./cells";
import { cleanLab } from "./clean-lab";
import { type Cell, cellName } from "./fault";
import { type CellRecord, writeRecord } from "./record";
import { clear, runCell } from "./run-cell";
import { Scene } from "./scene";
import { verdict } from "./verdict";

const deadlineMs = 900_000;
/** Exit code that asks for a new process, since a hanging operation of this one cannot be stopped. */
export const restartExitCode = 75;

export async function runCells(cells: readonly Cell[]): Promise<void> {
  const commit = (await run(["git", "rev-parse", "--short", "HEAD"], { cwd: repository })).stdout.trim();
  const more = moreHosts(cells).map((name) => runningLab().lab.host(name));
  let clean = false;
  for (const [index, cell] of cells.entries()) {
    if (!clean) await cleanLab(more);
    const { record, log, stuck } = await tryCell(cell, commit);
    writeRecord(record, log);
    console.log(`${index + 1}/${cells.length} ${lineOf(record)}`);
    if (stuck) process.exit(restartExitCode);
    clean = record.problems.length === 0;
  }
}

export interface CellResult {
  record: CellRecord;
  log: readonly string[];
  /** Whether an operation of it still runs. */
  stuck: boolean;
}

export async function tryCell(cell: Cell, commit = ""): Promise<CellResult> {
  const began = Date.now();
  const scene = new Scene(`fault-${began.toString(36)}`, cell.fault);
  const endsGuest = cell.fault.endsGuest?.[cell.moment];
  const record: CellRecord = {
    fault: cell.fault.name,
    moment: cell.moment,
    commit,
    date: new Date(began).toISOString(),
    seconds: 0,
    ...(endsGuest !== undefined && { endsGuest }),
    problems: [],
  };
  let [stuck, timer]: [boolean, NodeJS.Timeout | undefined] = [false, undefined];
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stuck = true;
      reject(new Error(`timed out after ${deadlineMs / 1000} s`));
    }, deadlineMs);
  });
  try {
    record.findings = await Promise.race([runCell(cell, scene), late]);
    record.problems = verdict(record.findings, cell.fault, endsGuest);
    if (record.problems.length === 0) await clear(scene);
  } catch (error) {
    record.problems = [{ kind: "not tried", what: (error as Error).message.slice(0, 600) }];
    scene.note(`error: ${(error as Error).message}`);
  }
  clearTimeout(timer);
  record.seconds = Math.round((Date.now() - began) / 1000);
  return { record, log: scene.log, stuck };
}

const lineOf = ({ fault, moment, seconds, problems }: CellRecord): string =>
  `${cellName({ fault: { name: fault }, moment })}: ${
    problems.map(({ kind, what }) => `${kind.toUpperCase()}: ${what}`).join("; ") || "good"
  } (${seconds} s)`;
