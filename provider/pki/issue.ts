/** One certificate, from its request to its verification: the key is made on its own host, and only the request travels. */
import type { X509Certificate } from "node:crypto";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import { signRequest } from "./authority";
import { belongsTo, certificateProblems, parseCertificate, pemIn, type WantedCertificate } from "./certificate";
import { CertificateRefused } from "./errors";
import { certificatePath, type Identity, keyPath, ownFolder, type Service } from "./layout";
import { quietly } from "./quietly";
import { certificateTemplate, requestTemplate, type Validity } from "./template";

export interface Issued extends Identity {
  /** In PEM. */
  certificate: string;
}

interface IssueOptions extends WantedCertificate {
  service: Service;
  host: RemoteHost;
  authorityHost: RemoteHost;
  validity: Validity;
  /** Renews the certificate of the key that is there. */
  keepKey: boolean;
  signal: AbortSignal;
}

/** A new key stays where only root can read it until its certificate has come back. */
export const stagedKey = ({ service, role }: Identity) => `${ownFolder}/${service}-${role}-key.pem`;

const request = sh`${quietly}${scriptFile(__dirname, "make-request.sh")}`;

/** @throws CertificateRefused when what came back is not what was asked for */
export async function issue(options: IssueOptions): Promise<Issued> {
  const { host, authorityHost, service, role, subject, names, validity, keepKey, signal } = options;
  const identity = { service, role };
  const values = [stagedKey(identity), keyPath(identity), requestTemplate(subject), keepKey ? "yes" : "no", ownFolder];
  const { stdout } = await runScript(host, request, values, { signal, timeoutMs: 180_000 });
  const template = certificateTemplate(role, names, validity);
  const asked = pemIn(stdout, "NEW CERTIFICATE REQUEST") ?? stdout;
  const signed = await signRequest(authorityHost, service, asked, template, signal);
  const text = pemIn(signed, "CERTIFICATE") ?? "";
  const problems = problemsOf(parseCertificate(text), options, pemIn(stdout, "PUBLIC KEY"));
  if (problems.length > 0) throw new CertificateRefused(authorityHost.label, certificatePath(identity), problems);
  return { ...identity, certificate: text };
}

function problemsOf(
  certificate: X509Certificate | undefined,
  wanted: WantedCertificate,
  publicKey: string | undefined,
): string[] {
  if (!certificate) return ["is not a certificate"];
  const keyMismatch = belongsTo(certificate, publicKey) ? [] : ["does not belong to the key that was made for it"];
  return [...certificateProblems(certificate, wanted), ...keyMismatch];
}
