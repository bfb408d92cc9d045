/** One certificate from request to verified: the key is made on the host that it is for, and only the request travels. */
import type { X509Certificate } from "node:crypto";
import type { Host } from "../host/host";
import { runScript, scriptFile } from "../host/script";
import { signRequest } from "./authority";
import { belongsTo, certificateProblems, parseCertificate, pemIn, type Wanted } from "./certificate";
import { CertificateRefused } from "./errors";
import { certificatePath, keyPath, ownFolder, type Role } from "./layout";
import { certificateTemplate, requestTemplate, type Validity } from "./template";

export interface Issued {
  role: Role;
  /** In PEM. */
  certificate: string;
}

interface Order extends Wanted {
  host: Host;
  authorityHost: Host;
  validity: Validity;
  /** Asks for a new certificate for the key that is there. */
  keepKey: boolean;
  signal: AbortSignal;
}

/** The staged key waits where only root can look, until its certificate has come back. */
export const stagedKey = (role: Role) => `${ownFolder}/${role}key.pem`;

const request = scriptFile(__dirname, "make-request.sh");

/** @throws CertificateRefused when what came back is not what was asked for */
export async function issue(order: Order): Promise<Issued> {
  const { host, authorityHost, role, subject, names, validity, keepKey, signal } = order;
  const values = [stagedKey(role), keyPath(role), requestTemplate(subject), keepKey ? "yes" : "no", ownFolder];
  const { stdout } = await runScript(host, request, values, { signal, timeoutMs: 180_000 });
  const template = certificateTemplate(role, names, validity);
  const signed = await signRequest(authorityHost, pemIn(stdout, "NEW CERTIFICATE REQUEST") ?? stdout, template, signal);
  const text = pemIn(signed, "CERTIFICATE") ?? "";
  const problems = problemsOf(parseCertificate(text), order, pemIn(stdout, "PUBLIC KEY"));
  if (problems.length > 0) throw new CertificateRefused(authorityHost.label, certificatePath(role), problems);
  return { role, certificate: text };
}

function problemsOf(certificate: X509Certificate | undefined, wanted: Wanted, publicKey: string | undefined): string[] {
  if (!certificate) return ["is not a certificate"];
  const strange = belongsTo(certificate, publicKey) ? [] : ["does not belong to the key that was made for it"];
  return [...certificateProblems(certificate, wanted), ...strange];
}
