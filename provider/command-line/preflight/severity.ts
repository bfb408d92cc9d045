/** Pure: how bad the findings of a move are. */
import type { FindingCode } from "../../placement/preflight/finding-codes";
import type { PreflightReport } from "./findings";

/** Warnings that say that nobody could find out. */
const unknowns: readonly FindingCode[] = ["unknown-facts", "migration-ports-untried"];

export const isWrongMove = ({ refusal, findings }: PreflightReport): boolean =>
  refusal !== undefined || findings.some(({ severity }) => severity !== "warning");

export const isUnknownMove = ({ findings }: PreflightReport): boolean =>
  findings.some(({ code }) => unknowns.includes(code));
