/** Output of scripts that ask many things in one round trip: keys, each with values of any text. */
import { AnswerIncomplete } from "./errors";
import type { RemoteHost, RunOptions } from "./host";
import { runScript, type ShellText, sh } from "./script";

/**
 * Shell functions for the start of a script: `record KEY VALUE…`, and `record_output KEY COMMAND…` for the output of a
 * command. NUL ends each part, since no text has one. They start no process, since that takes long on a busy host. A
 * last record tells that the script came to its end.
 */
export const recordFunctions = sh`
  record() { printf '%s\0%s\0' "$1" "$(($# - 1))"; shift; [ $# -eq 0 ] || printf '%s\0' "$@"; }
  record_output() { printf '%s\0001\0' "$1"; shift; "$@"; printf '\0'; }
  trap 'record end' EXIT
`;

export interface HostRecord {
  key: string;
  values: string[];
}

/**
 * Runs a script that prints records.
 *
 * @throws AnswerIncomplete when what it printed is anything else, beside the errors of {@link runScript}
 */
export async function askRecords(
  host: RemoteHost,
  script: ShellText,
  values: readonly string[] = [],
  options: RunOptions = {},
): Promise<HostRecord[]> {
  const { stdout } = await runScript(host, script, values, options);
  const records = parseRecords(stdout);
  if (records === undefined) throw new AnswerIncomplete(host.label);
  return records;
}

/** Pure. @returns undefined for what is not whole records: no end, or a count that there are not as many values for */
export function parseRecords(text: string): HostRecord[] | undefined {
  const parts = text.split("\0");
  if (parts.pop() !== "") return undefined;
  const records: HostRecord[] = [];
  for (let at = 0; at < parts.length; ) {
    const [key = "", count = ""] = parts.slice(at, at + 2);
    const end = at + 2 + Number(count);
    if (!/^\d{1,7}$/.test(count) || end > parts.length) return undefined;
    records.push({ key, values: parts.slice(at + 2, end) });
    at = end;
  }
  return records.pop()?.key === "end" ? records : undefined;
}

/** Pure: the values of all records with this key. */
export const valuesOf = (records: readonly HostRecord[], key: string): string[][] =>
  records.filter((record) => record.key === key).map(({ values }) => values);

/** Pure: the only value of the only record with this key; empty when there is none. */
export const firstOf = (records: readonly HostRecord[], key: string): string => valuesOf(records, key)[0]?.[0] ?? "";

/** Pure: texts of files by their paths, of `grep -H '' PATH…`, which reads many by one process. No path may have a colon. */
export function filesIn(printed: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of printed.split("\n")) {
    const end = line.indexOf(":");
    const path = line.slice(0, end);
    if (end > 0) files.set(path, `${files.get(path) ?? ""}${line.slice(end + 1)}\n`);
  }
  return files;
}
