/** Installs certificates and keys: beside their places first, with owner and mode before the content, then renamed. */
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import { type Issued, stagedKey } from "./issue";
import { backupPath, certificatePath, hypervisorFiles, keyPath, type PkiFile, reloadPendingPath } from "./layout";
import type { PkiFacts } from "./observe";

interface Delivery {
  facts: PkiFacts;
  /** The authority's certificate, in PEM. */
  authority: string;
  issued: readonly Issued[];
  /** Files to back up first; they are restored at removal. */
  backups: readonly string[];
  signal: AbortSignal;
}

const script = scriptFile(__dirname, "install.sh");

/** Marks a reload as pending as well: see {@link clearReloadPending}. */
export async function install(host: RemoteHost, delivery: Delivery): Promise<void> {
  const { facts, backups, signal } = delivery;
  const files = hypervisorFiles(facts.qemuGroup).flatMap((file) => {
    const backup = backups.includes(file.path) ? "backup" : "-";
    return [file.path, file.mode, file.group, backup, ...contentOf(file, delivery)];
  });
  await runScript(host, script, [backupPath(""), reloadPendingPath, ...files], { signal });
  await runScript(host, sh`rm -f -- "$@"`, [stagedKey("server"), stagedKey("client")]);
}

/** A key is copied from a file of the same host, and never sent. @returns the file to copy, and text otherwise */
function contentOf({ holds, role }: PkiFile, { facts, authority, issued }: Delivery): [string, string] {
  if (role === undefined) return ["", authority.trimEnd()];
  const fresh = issued.find((one) => one.role === role);
  if (holds === "key") return [fresh ? stagedKey(role) : keyPath(role), ""];
  return ["", (fresh?.certificate ?? facts.files.get(certificatePath(role))?.text ?? "").trimEnd()];
}

/** Notes that the daemon has loaded its new certificates. */
export async function clearReloadPending(host: RemoteHost): Promise<void> {
  await runScript(host, sh`rm -f -- "$1"`, [reloadPendingPath]);
}
