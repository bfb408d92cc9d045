/**
 * Pure: certtool's templates. certtool ignores a keyword that it does not know without a word, so what comes out is
 * verified in any case (certificate.ts).
 *
 * @see https://gnutls.org/manual/html_node/certtool-Invocation.html
 */
import { isIP } from "node:net";
import type { Role } from "./layout";

/** The organizational unit of every certificate that is ours. */
export const ownUnit = "pulumi-kvm-live";

export interface Subject {
  organization: string;
  commonName: string;
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** Subject of the authority's own certificate. */
export const authorityName = (organization: string): Subject => ({
  organization,
  commonName: `${organization} authority`,
});

/** For a request: certtool takes the subject of a certificate from the request, and nothing else. */
export function requestTemplate(subject: Subject): string {
  return lines(subjectLines(subject));
}

export function authorityTemplate(subject: Subject, validity: Validity): string {
  return lines([...subjectLines(subject), "ca", "cert_signing_key", "crl_signing_key", ...validityLines(validity)]);
}

/** libvirt before 11.6 refuses a certificate whose key may not encipher, hence `encryption_key` and RSA. */
export function certificateTemplate(role: Role, names: readonly string[], validity: Validity): string {
  const nameLines = role === "server" ? names.map((name) => `${keywordFor(name)} = "${plain(name)}"`) : [];
  return lines([...nameLines, `tls_www_${role}`, "signing_key", "encryption_key", ...validityLines(validity)]);
}

/** An address in a URI is compared with addresses in the certificate only, a name only with names. */
const keywordFor = (name: string) => (isIP(name) ? "ip_address" : "dns_name");

function subjectLines({ organization, commonName }: Subject): string[] {
  return [`cn = "${plain(commonName)}"`, `organization = "${plain(organization)}"`, `unit = "${ownUnit}"`];
}

const validityLines = ({ notBefore, notAfter }: Validity) => [
  `activation_date = "${timestamp(notBefore)}"`,
  `expiration_date = "${timestamp(notAfter)}"`,
];

const timestamp = (date: Date) => `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;

const lines = (all: readonly string[]) => `${all.join("\n")}\n`;

/** A quote or a line break would begin another keyword. */
function plain(value: string): string {
  if (/^[A-Za-z0-9 .,'()&:/_+@=-]+$/.test(value)) return value;
  throw new RangeError(`${JSON.stringify(value)} cannot be written into a certificate.`);
}
