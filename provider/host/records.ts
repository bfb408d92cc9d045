/** Answers of a script that asks many things in one round trip: lines of a key and values, whatever the values hold. */

/** Shell function for the start of a script: `record KEY VALUE…`. */
export const recordFunction = `record() {
    printf %s "$1"; shift
    for value; do printf ' %s' "$(printf %s "$value" | base64 -w 0)"; done
    echo
  }
`;

export interface HostRecord {
  key: string;
  /** Trailing newlines are lost, as in any `$(…)`. */
  values: string[];
}

/** Pure: what such a script has printed. */
export function parseRecords(text: string): HostRecord[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [key = "", ...values] = line.split(" ");
    return { key, values: values.map((value) => Buffer.from(value, "base64").toString("utf8")) };
  });
}

/** Pure: the values of all records with this key. */
export const valuesOf = (records: readonly HostRecord[], key: string): string[][] =>
  records.filter((record) => record.key === key).map(({ values }) => values);
