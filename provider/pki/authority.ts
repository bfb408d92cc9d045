/** The private authority: its key is made on the authority's host and is only ever read there. */
import type { X509Certificate } from "node:crypto";
import type { Host } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import { authorityProblems, parseCertificate, pemIn } from "./certificate";
import { CertificateRefused } from "./errors";
import { asidePath, authorityCertificate, authorityKey, authorityPlaces } from "./layout";

interface Order {
  template: string;
  /** Keeps the key, so that all certificates stay good. */
  keepKey: boolean;
  signal: AbortSignal;
}

const make = scriptFile(__dirname, "make-authority.sh");
const place = scriptFile(__dirname, "install-authority.sh");
const sign = scriptFile(__dirname, "sign-request.sh");

/** @param order `aside`: files that are kept, to be put back at removal */
export async function makeAuthority(host: Host, order: Order & { aside: readonly string[] }): Promise<X509Certificate> {
  const { template, keepKey, aside, signal } = order;
  const values = [authorityKey, authorityCertificate, template, keepKey ? "yes" : "no"];
  const { stdout } = await runScript(host, make, values, { signal, timeoutMs: 180_000 });
  const certificate = parseCertificate(pemIn(stdout, "CERTIFICATE"));
  const publicKey = pemIn(stdout, "PUBLIC KEY") ?? "";
  const problems = certificate ? authorityProblems(certificate, publicKey) : ["is not a certificate"];
  if (!certificate || problems.length > 0) throw new CertificateRefused(host.label, authorityCertificate, problems);
  await runScript(host, place, [authorityKey, authorityCertificate, asidePath(""), ...aside], { signal });
  return certificate;
}

/** @returns the certificate in PEM */
export async function signRequest(host: Host, request: string, template: string, signal: AbortSignal): Promise<string> {
  const values = [authorityKey, authorityCertificate, template];
  return (await runScript(host, sign, values, { input: request, signal, timeoutMs: 180_000 })).stdout;
}

/** Owner and modes of the authority's files, without touching what is in them. */
export async function closeAuthority(host: Host): Promise<void> {
  const words = authorityPlaces.flatMap(({ path, mode }) => [path, mode]);
  await runScript(host, sh`while [ $# -gt 0 ]; do chown root:root -- "$1"; chmod -- "$2" "$1"; shift 2; done`, words);
}
