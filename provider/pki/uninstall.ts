/** Removes what was installed and restores the backups. A file that nothing marks as ours stays. */
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile } from "../host/script";
import type { HostBaseline } from "./baseline";
import { authorityKey, backupPath, ownFolder, services } from "./layout";
import type { PkiFacts } from "./observe";
import { certificateOf, isOwnFile } from "./ownership";

const script = scriptFile(__dirname, "uninstall.sh");

/**
 * Removes files, the folders that were made for them, and the baseline.
 *
 * @param keep paths to keep: the host stays the authority or a hypervisor, so its baseline stays as well
 * @returns the paths that were left alone, because somebody else has put something there
 */
export async function uninstall(
  host: RemoteHost,
  facts: PkiFacts,
  paths: readonly string[],
  baseline: HostBaseline | undefined,
  keep: readonly string[] = [],
): Promise<string[]> {
  const going = paths.filter((path) => !keep.includes(path));
  const foreign = going.filter((path) => facts.files.has(path) && !isRemovable(facts, path));
  const clear = going.filter((path) => !foreign.includes(path));
  const folders = [...(baseline?.folders ?? [])].sort((a, b) => b.length - a.length); // inner ones first
  const own = keep.length > 0 ? "" : ownFolder;
  await runScript(host, script, [backupPath(""), own, String(clear.length), ...clear, ...folders]);
  return foreign;
}

/** A key whose certificate is gone can be nobody else's: the host is marked as ours. */
function isRemovable(facts: PkiFacts, path: string): boolean {
  const isAuthorityKey = services.some((service) => path === authorityKey(service));
  if (path.endsWith("key.pem") && (isAuthorityKey || !facts.files.has(certificateOf(path)))) return true;
  return isOwnFile(facts, path);
}
