/** Takes away what was installed, and puts back what waits beside. What nothing marks as ours stays. */
import type { Host } from "../host/host";
import { runScript, scriptFile } from "../host/script";
import { isOurs, parseCertificate } from "./certificate";
import { certificateOf } from "./findings";
import type { PkiFacts } from "./inspect";
import { asidePath, authorityKey, ownFolder } from "./layout";
import type { Before } from "./record";

const script = scriptFile(__dirname, "withdraw.sh");

/**
 * @param paths the places to clear
 * @param keep the host goes on as the authority, or as a hypervisor: its record stays
 * @returns the paths that were left alone, since others have put something there
 */
export async function withdraw(
  host: Host,
  facts: PkiFacts,
  paths: readonly string[],
  before: Before | undefined,
  keep: readonly string[] = [],
): Promise<string[]> {
  const going = paths.filter((path) => !keep.includes(path));
  const foreign = going.filter((path) => facts.files.has(path) && !isWithdrawable(facts, path));
  const clear = going.filter((path) => !foreign.includes(path));
  const folders = [...(before?.folders ?? [])].sort((a, b) => b.length - a.length); // inner ones first
  const own = keep.length > 0 ? "" : ownFolder;
  await runScript(host, script, [asidePath(""), own, String(clear.length), ...clear, ...folders]);
  return foreign;
}

/** A key whose certificate is gone can be nobody else's: the host is marked as ours. */
function isWithdrawable({ files }: PkiFacts, path: string): boolean {
  const certificate = files.get(path === authorityKey ? path : certificateOf(path));
  if (path.endsWith("key.pem") && (path === authorityKey || !certificate)) return true;
  return isOurs(parseCertificate(certificate?.text));
}
