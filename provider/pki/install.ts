/** Installs certificates and keys: beside their places first, with owner and mode before the content, then renamed. */
import { removeFile, writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import type { Trusted } from "./findings";
import { identityName, pemOf } from "./given";
import { type GivenHere, keyFor } from "./given-findings";
import { type Issued, stagedKey } from "./issue";
import {
  backupPath,
  certificatePath,
  hypervisorFiles,
  type Identity,
  identities,
  keyPath,
  listFiles,
  type PkiFile,
  reloadPendingPath,
} from "./layout";
import type { PkiFacts } from "./observe";
import { isOwnFile } from "./ownership";

interface Delivery {
  facts: PkiFacts;
  /** Files to back up first; they are restored at removal. */
  backups: readonly string[];
  signal: AbortSignal;
}

const script = scriptFile(__dirname, "install.sh");

/** The authorities that libvirtd and QEMU take. Marks a reload as pending as well: see {@link clearReloadPending}. */
export async function installTrusted(host: RemoteHost, trusted: Trusted, delivery: Delivery): Promise<void> {
  const files = hypervisorFiles(delivery.facts.qemuGroup).filter(({ holds }) => holds === "authority");
  const content = ({ service }: PkiFile): Content => ["", pemOf(trusted[service])];
  await installFiles(host, files, content, delivery);
}

/** Certificates and keys: new ones where they were issued, and the present ones with the right owner and mode. */
export async function installCertificates(
  host: RemoteHost,
  issued: readonly Issued[],
  delivery: Delivery,
): Promise<void> {
  const files = hypervisorFiles(delivery.facts.qemuGroup).filter(({ holds }) => holds !== "authority");
  await installFiles(host, files, (file) => contentOf(file, issued, delivery.facts), delivery);
  await runScript(host, sh`rm -f -- "$@"`, identities.map(stagedKey));
}

/** Certificates of an authority outside, and the keys that they belong to: those in use, or those of the requests. */
export async function installGiven(host: RemoteHost, given: GivenHere, delivery: Delivery): Promise<void> {
  const files = hypervisorFiles(delivery.facts.qemuGroup).filter(({ holds }) => holds !== "authority");
  const content = (file: PkiFile): Content => {
    const identity = file as Identity;
    return file.holds === "key"
      ? [keyFor(delivery.facts, given, identity) ?? keyPath(identity), ""]
      : ["", pemOf(given.chains[identityName(identity)])];
  };
  await installFiles(host, files, content, delivery);
}

/** Revocation lists; those that are ours and no longer wanted go. */
export async function installLists(
  host: RemoteHost,
  lists: GivenHere["lists"],
  { facts, backups }: Delivery,
): Promise<void> {
  await runScript(host, sh`: > "$1"`, [reloadPendingPath]);
  for (const { path, service } of listFiles) {
    const text = lists[service];
    if (text === undefined && isOwnFile(facts, path)) await removeFile(host, path);
    if (text === undefined) continue;
    if (backups.includes(path)) await runScript(host, backUp, [path, backupPath(path)]);
    await writeTextFile(host, path, text, { mode: 0o644 });
  }
}

const backUp = sh`if [ -e "$1" ] && [ ! -e "$2" ]; then cp -a -- "$1" "$2"; fi`;

/** A file to copy, and text where there is none. */
type Content = [source: string, text: string];

async function installFiles(
  host: RemoteHost,
  files: readonly PkiFile[],
  content: (file: PkiFile) => Content,
  { backups, signal }: Delivery,
): Promise<void> {
  const values = files.flatMap((file) => {
    const backup = backups.includes(file.path) ? "backup" : "-";
    return [file.path, file.mode, file.group, backup, ...content(file)];
  });
  await runScript(host, script, [backupPath(""), reloadPendingPath, ...values], { signal });
}

/** A key is copied from a file of the same host, and never sent. */
function contentOf(file: PkiFile, issued: readonly Issued[], facts: PkiFacts): Content {
  const identity = file as Identity;
  const fresh = issued.find(({ service, role }) => service === identity.service && role === identity.role);
  if (file.holds === "key") return [fresh ? stagedKey(identity) : keyPath(identity), ""];
  return ["", (fresh?.certificate ?? facts.files.get(certificatePath(identity))?.text ?? "").trimEnd()];
}

/** Notes that the daemon has loaded its new certificates. */
export async function clearReloadPending(host: RemoteHost): Promise<void> {
  await runScript(host, sh`rm -f -- "$1"`, [reloadPendingPath]);
}
