/** Output of scripts that ask many things in one round trip: keys, each with values of any text. */
import { sh } from "./script";

/**
 * Shell functions for the start of a script: `record KEY VALUE…`, and `record_output KEY COMMAND…` for the output of a
 * command. NUL ends each part, since no text has one. They start no process, since that takes long on a busy host.
 */
export const recordFunctions = sh`
  record() { printf '%s\0%s\0' "$1" "$(($# - 1))"; shift; [ $# -eq 0 ] || printf '%s\0' "$@"; }
  record_output() { printf '%s\0001\0' "$1"; shift; "$@"; printf '\0'; }
`;

export interface HostRecord {
  key: string;
  values: string[];
}

/** Pure: the records in a script's output. */
export function parseRecords(text: string): HostRecord[] {
  const parts = text.split("\0");
  const records: HostRecord[] = [];
  for (let at = 0; at < parts.length - 1; ) {
    const [key = "", count = "0"] = parts.slice(at, at + 2);
    records.push({ key, values: parts.slice(at + 2, at + 2 + Number(count)) });
    at += 2 + Number(count);
  }
  return records;
}

/** Pure: the values of all records with this key. */
export const valuesOf = (records: readonly HostRecord[], key: string): string[][] =>
  records.filter((record) => record.key === key).map(({ values }) => values);

/** Pure: the only value of the only record with this key; empty when there is none. */
export const firstOf = (records: readonly HostRecord[], key: string): string => valuesOf(records, key)[0]?.[0] ?? "";
