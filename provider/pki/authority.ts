/** The private authority: its key is made on the authority's host and is only ever read there. */
import type { X509Certificate } from "node:crypto";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import { authorityProblems, parseCertificate, pemIn } from "./certificate";
import { CertificateRefused } from "./errors";
import { authorityCertificate, authorityFiles, authorityKey, backupPath } from "./layout";

interface AuthorityOptions {
  template: string;
  /** Keeps the key, so that all certificates stay valid. */
  keepKey: boolean;
  /** Files to back up first; they are restored at removal. */
  backups: readonly string[];
  signal: AbortSignal;
}

const make = scriptFile(__dirname, "make-authority.sh");
const install = scriptFile(__dirname, "install-authority.sh");
const sign = scriptFile(__dirname, "sign-request.sh");

/** @throws CertificateRefused when the new certificate is not what was asked for */
export async function makeAuthority(host: RemoteHost, options: AuthorityOptions): Promise<X509Certificate> {
  const { template, keepKey, backups, signal } = options;
  const values = [authorityKey, authorityCertificate, template, keepKey ? "yes" : "no"];
  const { stdout } = await runScript(host, make, values, { signal, timeoutMs: 180_000 });
  const certificate = parseCertificate(pemIn(stdout, "CERTIFICATE"));
  const publicKey = pemIn(stdout, "PUBLIC KEY") ?? "";
  const problems = certificate ? authorityProblems(certificate, publicKey) : ["is not a certificate"];
  if (!certificate || problems.length > 0) throw new CertificateRefused(host.label, authorityCertificate, problems);
  await runScript(host, install, [authorityKey, authorityCertificate, backupPath(""), ...backups], { signal });
  return certificate;
}

/** @returns the certificate in PEM */
export async function signRequest(
  host: RemoteHost,
  request: string,
  template: string,
  signal: AbortSignal,
): Promise<string> {
  const values = [authorityKey, authorityCertificate, template];
  return (await runScript(host, sign, values, { input: request, signal, timeoutMs: 180_000 })).stdout;
}

/** Sets owner and modes of the authority's files, and leaves their content alone. */
export async function closeAuthority(host: RemoteHost): Promise<void> {
  const values = authorityFiles.flatMap(({ path, mode }) => [path, mode]);
  await runScript(host, sh`while [ $# -gt 0 ]; do chown root:root -- "$1"; chmod -- "$2" "$1"; shift 2; done`, values);
}
