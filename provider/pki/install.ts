/** Installs certificates and keys: beside their places first, with owner and mode before the content, then renamed. */
import type { X509Certificate } from "node:crypto";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import type { Trusted } from "./findings";
import { type Issued, stagedKey } from "./issue";
import {
  backupPath,
  certificatePath,
  hypervisorFiles,
  type Identity,
  identities,
  keyPath,
  type PkiFile,
  reloadPendingPath,
} from "./layout";
import type { PkiFacts } from "./observe";

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

const pemOf = (certificates: readonly X509Certificate[]) =>
  certificates.map((certificate) => certificate.toString().trimEnd()).join("\n");

/** Notes that the daemon has loaded its new certificates. */
export async function clearReloadPending(host: RemoteHost): Promise<void> {
  await runScript(host, sh`rm -f -- "$1"`, [reloadPendingPath]);
}
