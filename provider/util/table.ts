/** The one door to cli-table3: tables for people. */
import Table from "cli-table3";

/** @param widths of the columns with their borders, in characters, where lines have to be broken; as wide as needed without */
export function tableText(head: string[], rows: readonly string[][], widths?: number[]): string {
  const folded = widths && { colWidths: widths, wordWrap: true };
  const table = new Table({ head, style: { head: [], border: [], compact: true }, ...folded });
  table.push(...rows);
  return table.toString();
}

const sides = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid"] as const;
const lines = [
  "top",
  "top-mid",
  "top-left",
  "top-right",
  "bottom",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
] as const;
const noBorders = Object.fromEntries([...sides, ...lines].map((place) => [place, ""]));

/**
 * Columns without borders, each as wide as needed, with two spaces between them; colours do not count.
 *
 * @param lastWidth of the last column, where its lines have to be broken
 */
export function columnsText(rows: readonly string[][], lastWidth?: number): string {
  const style = { head: [], border: [], "padding-left": 0, "padding-right": 2 };
  const own = Array.from({ length: (rows[0]?.length ?? 1) - 1 }, () => null);
  const folded = lastWidth !== undefined && { colWidths: [...own, lastWidth], wordWrap: true };
  const table = new Table({ chars: { ...noBorders, middle: "" }, style, ...folded });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
