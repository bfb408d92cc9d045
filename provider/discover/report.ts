/** Pure: a discovery on the screen. */
import { counted } from "../util/counted";
import { oneLine, printable } from "../util/printable";
import type { Discovery } from "./index";

/** @param folder where its files were written */
export function reportOf({ files, adopted, leftOut, secrets }: Discovery, folder: string): string {
  const lines = [
    `Wrote ${counted(Object.keys(files).length, "file")} to ${folder}.`,
    ...section(
      "Takes over",
      adopted.map(({ kind, what }) => `${what} (${kind})`),
    ),
    ...section(
      "Leaves out",
      leftOut.map(({ what, reason }) => `${what}: ${reason}`),
    ),
    "",
    "Next:",
    `  cd ${folder} && npm install && pulumi stack init`,
    ...secrets.map(({ key, what }) => `  pulumi config set --secret ${key}   # ${what}`),
    "  pulumi preview   # creates only, and what would change on the hosts: nothing",
  ];
  return printable(`${lines.join("\n")}\n`);
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${oneLine(line, 2000)}`)];
