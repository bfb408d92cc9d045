/** Pure: a history for people. */
import { printable } from "../../util/printable";
import { columnsText } from "../../util/table";
import type { Screen } from "../screen";
import { visibleWidth, wrapped } from "../wrap";
import type { HistoryEntry } from "./merge";

export interface HistoryReport {
  /** The oldest first. */
  entries: readonly HistoryEntry[];
  /** Hosts whose journals could not be read, and why. */
  silent: readonly { name: string; problem: string }[];
}

type Paper = Pick<Screen, "columns" | "paint">;

export function printHistory({ entries, silent }: HistoryReport, paper: Paper): string {
  const table = columnsText([
    ["TIME (UTC)", "GUEST", "WHAT", "HOSTS", "WHO"],
    ...entries.map((one) => cells(one, paper)),
  ]);
  const list = visibleWidth(table) <= paper.columns ? table : entries.map((one) => block(one, paper)).join("\n");
  const silence = silent.map(({ name, problem }) =>
    wrapped(`${name}, ${paper.paint("red", "no answer")}: ${printable(problem).split("\n")[0]}`, paper.columns, "  "),
  );
  const shown = entries.length === 0 ? "Nothing is noted." : list;
  return [shown, ...silence].join("\n");
}

function cells(entry: HistoryEntry, paper: Paper): string[] {
  return [
    time(entry),
    printable(entry.guest || entry.uuid),
    what(entry, paper),
    entry.hosts.join(", "),
    shortWho(entry),
  ];
}

const block = (entry: HistoryEntry, paper: Paper): string =>
  [
    wrapped(`${time(entry)}, ${printable(entry.guest || entry.uuid)}: ${what(entry, paper)}`, paper.columns, "  "),
    wrapped(`  on ${entry.hosts.join(", ")}, by ${shortWho(entry)}`, paper.columns, "    "),
  ].join("\n");

const time = ({ at }: HistoryEntry): string => printable(at).slice(0, 19).replace("T", " ");

function what({ step, outcome }: HistoryEntry, paper: Paper): string {
  const text = printable(step === "" ? outcome : `${step}: ${outcome}`);
  return outcome.startsWith("failed") ? paper.paint("red", text) : text;
}

/** The URN is in the JSON. */
const shortWho = ({ who }: HistoryEntry): string => printable(who).split(" ")[0] ?? "";
