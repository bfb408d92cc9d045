/** The one door to cli-table3: tables for people. */
import Table from "cli-table3";

/** @param widths of the columns with their borders, in characters, where lines have to be broken; as wide as needed without */
export function tableText(head: string[], rows: readonly string[][], widths?: number[]): string {
  const folded = widths && { colWidths: widths, wordWrap: true };
  const table = new Table({ head, style: { head: [], border: [], compact: true }, ...folded });
  table.push(...rows);
  return table.toString();
}
