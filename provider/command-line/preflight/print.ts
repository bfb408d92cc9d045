/** Pure: the findings of a move for people. */
import { counted } from "../../util/counted";
import { printable } from "../../util/printable";
import { columnsText, tableText } from "../../util/table";
import type { Colour, Screen } from "../screen";
import { wrapped } from "../wrap";
import type { PreflightReport } from "./findings";

type Paper = Pick<Screen, "columns" | "paint">;
type Listed = PreflightReport["findings"][number];

/** From here on a table has room for sentences. */
const tableFrom = 100;

export function printPreflight(report: PreflightReport, paper: Paper): string {
  const { guest, from, to, state, refusal, findings, notes } = report;
  const { columns } = paper;
  const title = `${guest.name}, ${state} on ${from}, to ${to}: ${verdict(report, paper)}`;
  const list = findings.length === 0 ? [] : [columns < tableFrom ? blocks(findings, paper) : table(findings, paper)];
  const rest = [...(refusal === undefined ? [] : [refusal]), ...notes].flatMap((text) =>
    printable(text)
      .split("\n")
      .map((line) => wrapped(line, columns, "  ")),
  );
  return [wrapped(title, columns, "  "), ...list, ...rest].join("\n");
}

function verdict({ refusal, findings }: PreflightReport, { paint }: Paper): string {
  const errors = findings.filter(({ severity }) => severity !== "warning").length;
  if (refusal !== undefined) return paint("red", "it would be refused");
  if (errors > 0) return paint("red", `it would not move: ${counted(errors, "error")}`);
  return findings.length === 0
    ? paint("green", "nothing is in the way")
    : paint("yellow", `it would move: ${counted(findings.length, "warning")}`);
}

const colours: Readonly<Record<Listed["severity"], Colour>> = {
  error: "red",
  "error for now": "red",
  warning: "yellow",
};

const heads = ["SEVERITY", "HOST", "SUBJECT", "FINDING"];
const borders = 5;

/** In a pipe each finding is one line. */
function table(findings: readonly Listed[], paper: Paper): string {
  const rows = findings.map((finding) => [
    paper.paint(colours[finding.severity], finding.severity),
    finding.hostName,
    printable(finding.subject),
    textOf(finding),
  ]);
  if (!Number.isFinite(paper.columns)) return columnsText([heads, ...rows]);
  const widths = [15, 1, 2].map((least, column) =>
    Math.min(24, Math.max(least, ...[heads, ...rows].map((row) => (row[column] ?? "").length + 2))),
  );
  widths[0] = 15;
  const left = paper.columns - borders - widths.reduce((sum, width) => sum + width, 0);
  return tableText(heads, rows, [...widths, left]);
}

const textOf = ({ seen, fix, code }: Listed): string => `${oneLined(seen)} ${oneLined(fix)} [${code}]`;
const oneLined = (text: string) => printable(text).replaceAll("\n", " ");

const blocks = (findings: readonly Listed[], { columns, paint }: Paper): string =>
  findings
    .map((finding) =>
      [
        wrapped(
          `${paint(colours[finding.severity], finding.severity)}, ${finding.hostName}: ${printable(finding.subject)} [${finding.code}]`,
          columns,
          "  ",
        ),
        wrapped(`  ${oneLined(finding.seen)}`, columns, "  "),
        wrapped(`  ${oneLined(finding.fix)}`, columns, "  "),
      ].join("\n"),
    )
    .join("\n");
