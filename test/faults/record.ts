/** Records of cells: one JSON file each, and a log beside it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import type { GuestObservation, Life } from "./guest-observation";

export interface Said {
  /** The handler's result, e.g. "updated", or "error". */
  ended: string;
  message?: string;
  told?: string[];
}

export interface RefreshSaid extends Said {
  host?: string;
  state?: string;
}

export interface Findings {
  firstUp: Said;
  /** Observed while the fault lasted, for faults that last. */
  standing?: { seen: GuestObservation; refresh?: RefreshSaid; up?: Said };
  mended: GuestObservation;
  refresh: RefreshSaid;
  nextUp: Said;
  again: { refresh: Said; up: Said };
  end: GuestObservation;
  life: Life;
}

export interface CellRecord {
  fault: string;
  moment: string;
  commit: string;
  date: string;
  seconds: number;
  /** Why the fault itself ended the guest. */
  endsGuest?: string;
  findings?: Findings;
  /** Empty for a good cell. */
  problems: { kind: ProblemKind; what: string }[];
}

export const problemKinds = ["doubled", "lost", "misreported", "not converged", "not tried"] as const;
export type ProblemKind = (typeof problemKinds)[number];

const folder = join(repository, "test/faults/results");
const fileName = (fault: string, moment: string) => `${fault} - ${moment}`.replace(/[^A-Za-z0-9-]+/g, "-");
const pathOf = (fault: string, moment: string, ending: string) => join(folder, `${fileName(fault, moment)}.${ending}`);
const maximumLog = 9_000;

export function writeRecord(record: CellRecord, log: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(pathOf(record.fault, record.moment, "json"), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(pathOf(record.fault, record.moment, "txt"), `${shortened(log.join("\n"))}\n`);
}

export function readRecords(): CellRecord[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as CellRecord);
}

/** Pure: the beginning and the end of a text that is too long. */
function shortened(text: string, maximum = maximumLog): string {
  if (text.length <= maximum) return text;
  return `${text.slice(0, maximum / 2)}\n[…]\n${text.slice(-maximum / 2)}`;
}
