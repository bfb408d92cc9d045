/** Pure: a status for people, as a table or, where that is too wide, as blocks. */
import { printable } from "../../util/printable";
import { columnsText } from "../../util/table";
import type { Screen } from "../screen";
import { visibleWidth, wrapped } from "../wrap";
import { isWrong, type Remark } from "./judge";
import type { GuestRow, HostRow, LastMove, StatusReport } from "./report";

type Paper = Pick<Screen, "columns" | "paint">;

export function printStatus(report: StatusReport, paper: Paper): string {
  const table = folded(wide(report, paper), paper.columns);
  const advice = report.advice.map(({ guest, text }) => wrappedLines(`${guest}: ${printable(text)}`, paper.columns));
  const silence = table !== undefined && isPaged(paper) ? report.hosts.flatMap((host) => problemLine(host, paper)) : [];
  return [table ?? narrow(report, paper), ...(silence.length > 0 ? [silence.join("\n")] : []), ...advice].join("\n\n");
}

/** Notes that are narrower than this cannot be read. */
const leastNotes = 16;

/** @returns undefined when there is no room for it, also with the last column broken into lines */
function folded(rows: readonly string[][], columns: number): string | undefined {
  const table = columnsText(rows);
  if (visibleWidth(table) <= columns) return table;
  const left = columns - visibleWidth(columnsText(rows.map((row) => row.slice(0, -1)))) - 2;
  return left < leastNotes ? undefined : columnsText(rows, left);
}

const heads = ["HOST", "GUEST", "STATE", "MEMORY", "JOB", "LAST MOVE", "NOTES"] as const;

function wide({ hosts, guests }: StatusReport, paper: Paper): string[][] {
  const rows = hosts.flatMap((host): string[][] => {
    if (host.problem !== undefined)
      return [
        [
          host.name,
          paper.paint("red", "no answer"),
          "",
          "",
          "",
          "",
          isPaged(paper) ? "see below" : firstLine(host.problem),
        ],
      ];
    const own = guests.filter((guest) => guest.host === host.name);
    return own.length === 0
      ? [[host.name, "-", "", memoryOf(host), "", "", ""]]
      : own.map((guest) => [host.name, ...cells(guest, paper)]);
  });
  const nowhere = guests.filter(({ host }) => host === undefined).map((guest) => ["-", ...cells(guest, paper)]);
  const all = [[...heads], ...rows, ...nowhere];
  const isUsed = (column: number) => all.slice(1).some((row) => row[column] !== "");
  const kept = heads.map((_, column) => column).filter((column) => column < 4 || isUsed(column));
  return all.map((row) => kept.map((column) => row[column] ?? ""));
}

function cells({ name, state, memoryMiB, job, lastMove, remarks }: GuestRow, paper: Paper): string[] {
  return [
    printable(name),
    painted(state, paper),
    memoryMiB === undefined ? "" : `${memoryMiB} MiB`,
    job ?? "",
    lastMove ? moveText(lastMove) : "",
    remarks.map((remark) => remarkText(remark, paper)).join("; "),
  ];
}

function narrow({ hosts, guests }: StatusReport, paper: Paper): string {
  const { columns } = paper;
  const block = (guest: GuestRow) => [
    wrapped(
      `  ${printable(guest.name)}, ${painted(guest.state, paper)}${guest.memoryMiB === undefined ? "" : `, ${guest.memoryMiB} MiB`}`,
      columns,
      "    ",
    ),
    ...(guest.job === undefined ? [] : [wrapped(`    job: ${guest.job}`, columns, "      ")]),
    ...(guest.lastMove ? [wrapped(`    last move: ${moveText(guest.lastMove)}`, columns, "      ")] : []),
    ...guest.remarks.map((remark) => wrapped(`    ${remarkText(remark, paper)}`, columns, "      ")),
  ];
  const blocks = hosts.map((host) => {
    if (host.problem !== undefined)
      return wrapped(
        `${paper.paint("bold", host.name)}, ${paper.paint("red", "no answer")}: ${firstLine(host.problem)}`,
        columns,
        "  ",
      );
    const own = guests.filter((guest) => guest.host === host.name);
    return [`${paper.paint("bold", host.name)}, ${memoryOf(host)}`, ...own.flatMap(block)].join("\n");
  });
  const nowhere = guests.filter(({ host }) => host === undefined);
  return [
    ...blocks,
    ...(nowhere.length > 0 ? [["on no host that has answered", ...nowhere.flatMap(block)].join("\n")] : []),
  ].join("\n");
}

/** In a pipe all that is known of something is in its line; on a terminal what is long is below. */
const isPaged = ({ columns }: Paper): boolean => Number.isFinite(columns);

const problemLine = ({ name, problem }: HostRow, paper: Paper): string[] =>
  problem === undefined
    ? []
    : [
        wrapped(
          `${paper.paint("bold", name)}, ${paper.paint("red", "no answer")}: ${firstLine(problem)}`,
          paper.columns,
          "  ",
        ),
      ];

const memoryOf = ({ guestsMiB = 0, memoryMiB = 0 }: HostRow): string => `${guestsMiB} of ${memoryMiB} MiB`;

/** `hv-a => hv-b, 2026-11-28 09:10`, in UTC. */
const moveText = ({ from, to, at, isDone }: LastMove): string =>
  printable(`${from} => ${to}, ${at.slice(0, 16).replace("T", " ")}${isDone ? "" : ", failed"}`);

const remarkText = (remark: Remark, paper: Paper): string =>
  paper.paint(isWrong(remark) ? "red" : "yellow", printable(`${remark.kind}${remark.text && `: ${remark.text}`}`));

function painted(text: string, { paint }: Paper): string {
  const state = printable(text);
  if (state.startsWith("running")) return paint("green", state);
  return paint(state.startsWith("shut off") ? "dim" : "yellow", state);
}

const firstLine = (text: string): string => printable(text).split("\n")[0] ?? "";

const wrappedLines = (text: string, columns: number): string =>
  text
    .split("\n")
    .map((line) => wrapped(line, columns, "  "))
    .join("\n");
