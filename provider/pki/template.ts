/**
 * Pure: certtool's templates. certtool ignores a keyword that it does not know without a word, so what comes out is
 * verified in any case (certificate.ts).
 *
 * @see https://gnutls.org/manual/html_node/certtool-Invocation.html
 */
import { isIP } from "node:net";
import type { Role, Service } from "./layout";

/** The organizational unit of the authorities. Those of all certificates that are ours begin with it. */
export const ownUnit = "pulumi-kvm-live";

/**
 * The organizational units of hosts' certificates. libvirt's is not the one of earlier versions, whose client keys QEMU's
 * group could read.
 */
const units: Record<Service, string> = { libvirt: `${ownUnit} libvirt`, qemu: `${ownUnit} QEMU` };

export interface Subject {
  organization: string;
  unit: string;
  commonName: string;
}

/** Subject of a host's certificates. @param address of the host, which the program knows: no host names itself */
export const hostSubject = (service: Service, organization: string, address: string): Subject => ({
  organization,
  unit: units[service],
  commonName: address,
});

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** Subject of an authority's own certificate. @param generation which one it is of those that were made in turn */
export const authoritySubject = (service: Service, organization: string, generation: number): Subject => ({
  organization,
  unit: ownUnit,
  commonName: `${organization} ${service === "qemu" ? "QEMU " : ""}authority${generation === 1 ? "" : ` ${generation}`}`,
});

/** For a request: certtool takes the subject of a certificate from the request, and nothing else. */
export function requestTemplate(subject: Subject): string {
  return lines(subjectLines(subject));
}

/** For a request that another authority signs: with all that the certificate has to have, which it may copy. */
export function wholeRequestTemplate(subject: Subject, role: Role, names: readonly string[]): string {
  return lines([...subjectLines(subject), ...nameLines(role, names), ...usageLines(role)]);
}

export function authorityTemplate(subject: Subject, validity: Validity): string {
  return lines([...subjectLines(subject), "ca", "cert_signing_key", "crl_signing_key", ...validityLines(validity)]);
}

/** libvirt before 11.6 refuses a certificate whose key may not encipher, hence `encryption_key` and RSA. */
export function certificateTemplate(role: Role, names: readonly string[], validity: Validity): string {
  return lines([...nameLines(role, names), ...usageLines(role), ...validityLines(validity)]);
}

const nameLines = (role: Role, names: readonly string[]) =>
  role === "server" ? names.map((name) => `${keywordFor(name)} = "${plain(name)}"`) : [];
const usageLines = (role: Role) => [`tls_www_${role}`, "signing_key", "encryption_key"];

/** An address in a URI is compared with addresses in the certificate only, a name only with names. */
const keywordFor = (name: string) => (isIP(name) ? "ip_address" : "dns_name");

function subjectLines({ organization, unit, commonName }: Subject): string[] {
  return [`cn = "${plain(commonName)}"`, `organization = "${plain(organization)}"`, `unit = "${plain(unit)}"`];
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
