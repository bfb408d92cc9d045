/** The private authority: its key is made on the authority's host and is only ever read there. */
import type { X509Certificate } from "node:crypto";
import { writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import { authorityProblems, parseCertificate, pemIn } from "./certificate";
import { CertificateRefused } from "./errors";
import {
  authorityCertificate,
  authorityFiles,
  authorityKey,
  backupPath,
  ownFolder,
  reloadPendingPath,
  renewalPendingPath,
  type Service,
} from "./layout";
import { quietly } from "./quietly";

interface AuthorityOptions {
  service: Service;
  template: string;
  /** Keeps the key, so that all certificates stay valid. */
  keepKey: boolean;
  /** The present ones stay in the file, after the new one, until no host shows a certificate of theirs. */
  keepEarlier: boolean;
  /** The file is a hypervisor's list of authorities as well, which libvirtd has to load again. */
  isLoaded: boolean;
  /** Files to back up first; they are restored at removal. */
  backups: readonly string[];
  signal: AbortSignal;
}

const make = sh`${quietly}${scriptFile(__dirname, "make-authority.sh")}`;
const install = scriptFile(__dirname, "install-authority.sh");
const sign = sh`${quietly}${scriptFile(__dirname, "sign-request.sh")}`;

/** @throws CertificateRefused when the new certificate is not what was asked for */
export async function makeAuthority(host: RemoteHost, options: AuthorityOptions): Promise<X509Certificate> {
  const { service, template, keepKey, keepEarlier, isLoaded, backups, signal } = options;
  const [key, path] = [authorityKey(service), authorityCertificate(service)];
  const values = [key, path, template, keepKey ? "yes" : "no"];
  const { stdout } = await runScript(host, make, values, { signal, timeoutMs: 180_000 });
  const certificate = parseCertificate(pemIn(stdout, "CERTIFICATE"));
  const publicKey = pemIn(stdout, "PUBLIC KEY") ?? "";
  const problems = certificate ? authorityProblems(certificate, publicKey) : ["is not a certificate"];
  if (!certificate || problems.length > 0) throw new CertificateRefused(host.label, path, problems);
  const marker = service === "qemu" ? renewalPendingPath : "";
  const markers = [isLoaded ? reloadPendingPath : "", marker];
  const installed = [key, path, keepEarlier ? "yes" : "no", ...markers, backupPath(""), ...backups];
  await runScript(host, install, installed, { signal });
  return certificate;
}

/** @returns the certificate in PEM */
export async function signRequest(
  host: RemoteHost,
  service: Service,
  request: string,
  template: string,
  signal: AbortSignal,
): Promise<string> {
  const values = [authorityKey(service), authorityCertificate(service), template];
  return (await runScript(host, sign, values, { input: request, signal, timeoutMs: 180_000 })).stdout;
}

/** Sets owner and modes of the authorities' files, and leaves their content alone. */
export async function closeAuthorities(host: RemoteHost): Promise<void> {
  const values = authorityFiles.flatMap(({ path, mode }) => [path, mode]);
  await runScript(host, sh`while [ $# -gt 0 ]; do chown root:root -- "$1"; chmod -- "$2" "$1"; shift 2; done`, values);
}

/** Notes that QEMU's authority has certified a host that leaves: it is made anew, however often the work is interrupted. */
export async function noteRenewal(host: RemoteHost): Promise<void> {
  await runScript(host, sh`umask 077; mkdir -p -- "$1"; : > "$2"`, [ownFolder, renewalPendingPath]);
}

/** Nobody shows a certificate of an earlier authority any more. */
export async function forgetEarlier(host: RemoteHost, path: string, certificate: X509Certificate): Promise<void> {
  await writeTextFile(host, path, certificate.toString(), { mode: 0o644 });
}
