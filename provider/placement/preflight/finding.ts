/** Pure: something that stands in the way of a start or a move, or may; each kind with a code that never changes. */

export interface Finding {
  code: FindingCode;
  /** Host that it was seen on. */
  hostName: string;
  /** Device or property that it is about: `memory`, `disk vda`, `migration.tls`. */
  subject: string;
  /** What was seen there, in whole sentences. */
  seen: string;
  /** What mends it, in whole sentences. */
  fix: string;
}

/** `error`: the step would fail. `warning`: it may go wrong, or nobody could find out. */
export type Severity = "error" | "warning";

/** Severity by code. docs/findings.md has a heading for each. */
export const findingCodes = {
  "machine-type-missing": "error",
  "memory-short": "error",
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof findingCodes;

export const severityOf = ({ code }: Finding): Severity => findingCodes[code];

export const printFinding = ({ code, seen, fix }: Finding): string => `${seen} ${fix} [${code}]`;
