/** Pure: something that stands in the way of a start or a move, or may. docs/findings.md has a heading for each code. */
import { type FindingCode, findingCodes } from "./finding-codes";

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

export const printFinding = ({ code, seen, fix }: Finding): string => `${seen} ${fix} [${code}]`;

export interface SortedFindings {
  /** Nothing in the same run makes these true: a preview ends with them, and so does an update. */
  errors: Finding[];
  /** Errors as things are now, which another resource may mend before it is this one's turn. */
  errorsForNow: Finding[];
  warnings: Finding[];
}

/** Each once, whatever found it. */
export function sortFindings(findings: readonly Finding[]): SortedFindings {
  const each = [...new Map(findings.map((finding) => [printFinding(finding), finding])).values()];
  const of = (severity: (typeof findingCodes)[FindingCode]) =>
    each.filter(({ code }) => findingCodes[code] === severity);
  return { errors: of("error"), errorsForNow: of("error for now"), warnings: of("warning") };
}
