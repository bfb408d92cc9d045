/** Pure: which of a host's files are ours: what says so itself, and what the host's baseline notes. */
import { createHash } from "node:crypto";
import { parseBaseline } from "./baseline";
import { isOwnCertificate, parseCertificate } from "./certificate";
import { allPaths } from "./layout";
import type { PkiFacts } from "./observe";

/**
 * A baseline's note of a file that an authority outside has made, since nothing in it says that it is ours. Hosts have such
 * notes, so they never change; all of SHA-256, since nobody may find another list of the same mark.
 */
export const givenMark = (text: string): string =>
  parseCertificate(text)?.fingerprint256 ?? createHash("sha256").update(text.trim()).digest("hex");

/** A key belongs to the owner of its certificate. */
export const certificateOf = (path: string) => path.replace("private/", "").replace(/key\.pem$/, "cert.pem");

export function isOwnFile({ files, baseline }: PkiFacts, path: string): boolean {
  const text = files.get(certificateOf(path))?.text;
  if (text === undefined) return false;
  return isOwnCertificate(parseCertificate(text)) || (parseBaseline(baseline)?.given ?? []).includes(givenMark(text));
}

/** Files at our paths that nothing marks as ours. */
export const foreignFiles = (facts: PkiFacts, paths: readonly string[] = allPaths): string[] =>
  paths.filter((path) => facts.files.has(path) && !isOwnFile(facts, path));
