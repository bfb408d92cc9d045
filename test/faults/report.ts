/** The matrix as a table. */
import { tableText } from "../../provider/util/table";
import { type Fault, moments } from "./fault";
import { type CellRecord, type ProblemKind, problemKinds } from "./record";

/** Widths of the columns, in characters, on a terminal that is narrower than the table. */
const narrow = { below: 150, widths: [16, 11, 11, 11, 12, 12] };

/** @param columns of the terminal, if it is one */
export function reportText(faults: readonly Fault[], records: readonly CellRecord[], columns?: number): string {
  const rows = faults.map((fault) => [fault.name, ...moments.map((moment) => entry(fault, moment, records))]);
  const isNarrow = columns !== undefined && columns < narrow.below;
  const table = tableText(["fault", ...moments], rows, isNarrow ? narrow.widths : undefined);
  const reasons = faults.flatMap(({ name, leftOut = {} }) =>
    Object.entries(leftOut).map(([moment, reason]) => `- ${name}, ${moment}: ${reason}`),
  );
  return [table, sums(records), "Left out:", ...reasons].join("\n");
}

function entry(fault: Fault, moment: (typeof moments)[number], records: readonly CellRecord[]): string {
  if (!fault.at.includes(moment)) return "";
  if (fault.leftOut?.[moment] !== undefined) return "left out";
  const record = records.find((one) => one.fault === fault.name && one.moment === moment);
  if (!record) return "no record";
  const kinds = [...new Set(record.problems.map(({ kind }) => kind))];
  if (kinds.length > 0) return kinds.join(", ").toUpperCase();
  return record.findings?.life.restarts ? "restarted" : "kept";
}

/** Pure: the totals, a line each. */
function sums(records: readonly CellRecord[]): string {
  const count = (kind: ProblemKind) =>
    records.filter(({ problems }) => problems.some((problem) => problem.kind === kind)).length;
  const ended = records.filter(({ endsGuest, findings }) => endsGuest !== undefined && findings?.life.restarts).length;
  return [
    `${records.length} cells tried, ${count("not tried")} of them without a result`,
    `${count("doubled")} doubled`,
    `${count("lost")} lost, not counting ${ended} in which the fault itself ended the guest`,
    `${count("misreported")} misreported by refresh`,
    `${count("not converged")} in which the next up did not converge`,
  ].join("\n");
}

export const isGood = (records: readonly CellRecord[]): boolean =>
  problemKinds.every((kind) => records.every(({ problems }) => problems.every((problem) => problem.kind !== kind)));
