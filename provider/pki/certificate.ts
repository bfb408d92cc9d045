/** Pure: reads certificates and says what is wrong with them. */
import { createPublicKey, X509Certificate } from "node:crypto";
import { canonicalName } from "../util/address";
import { derOid, derValues, signedFields } from "./der";
import { writableDn } from "./distinguished-name";
import type { Role } from "./layout";
import { ownUnit, type Subject } from "./template";

export interface CertificateFacts {
  /** SHA-256 of the whole certificate, `AA:BB:…`. */
  fingerprint: string;
  /** Names and addresses that it is valid for. */
  names: string[];
  /** Expiry date in ISO 8601. */
  notAfter: string;
  /** Subject in the form that libvirt compares with `tls_allowed_dn_list`. */
  distinguishedName: string;
}

export interface WantedCertificate {
  role: Role;
  subject: Subject;
  /** Names and addresses; empty for a client. */
  names: readonly string[];
  authority: X509Certificate;
}

const day = 86_400_000;
export const purposeOids: Record<Role, string> = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" };
/** The extension keyUsage, critical, with digitalSignature and keyEncipherment: node:crypto does not show it. */
const keyUsage = Buffer.from("551d0f0101ff0404030205a0", "hex");

/** @returns undefined for what is no certificate, as the 0 bytes that certtool leaves after an error */
export function parseCertificate(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The first PEM block of that kind, e.g. `CERTIFICATE`. */
export function pemIn(text: string, kind: string): string | undefined {
  return new RegExp(`-----BEGIN ${kind}-----[A-Za-z0-9+/=\r\n]+-----END ${kind}-----\n?`).exec(text)?.[0];
}

export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  return {
    fingerprint: certificate.fingerprint256,
    names: namesOf(certificate),
    notAfter: new Date(certificate.validTo).toISOString(),
    distinguishedName: certificate.subject.replaceAll("\n", ","),
  };
}

const usageOid = "2.5.29.15";

/** False of a certificate whose critical key usage lacks signing or key encipherment, which is what libvirt refuses. */
export function permitsKeyUsage({ raw }: X509Certificate): boolean {
  const extensions = signedFields(raw).find(({ tag }) => tag === 0xa3)?.content ?? Buffer.of();
  const all = derValues(derValues(extensions)[0]?.content ?? Buffer.of()).map(({ content }) => derValues(content));
  const usage = all.find(([oid]) => oid && derOid(oid.content) === usageOid);
  const isCritical = usage?.length === 3;
  if (!usage || !isCritical) return true;
  const [bits] = derValues(usage[2]?.content ?? Buffer.of());
  const both = 0b1010_0000;
  return ((bits?.content[1] ?? 0) & both) === both;
}

export const isOwnCertificate = (certificate: X509Certificate | undefined) =>
  certificate?.subject.split("\n").some((part) => part.startsWith(`OU=${ownUnit}`)) ?? false;

/** True when this authority has signed it. */
export const isSignedBy = (certificate: X509Certificate, authority: X509Certificate) =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);

/** All certificates in a file, in their order; what cannot be read is left out. */
export const certificatesIn = (text = ""): X509Certificate[] =>
  text.split(/(?=-----BEGIN CERTIFICATE-----)/).flatMap((pem) => parseCertificate(pem) ?? []);

export const isSameCertificate = (one: X509Certificate, other: X509Certificate) =>
  one.fingerprint256 === other.fingerprint256;

/** @returns how it differs from what was asked for, in phrases that follow the path of its file */
export function certificateProblems(certificate: X509Certificate, wanted: WantedCertificate): string[] {
  const { role, subject, names, authority } = wanted;
  const problem = (isWrong: boolean, phrase: string) => (isWrong ? [phrase] : []);
  const [has, should] = [namesOf(certificate).sort().join(", "), [...names].sort().join(", ")];
  return [
    ...problem(!isSignedBy(certificate, authority), "was not signed by the authority"),
    ...problem(!hasSubject(certificate, subject), `belongs to ${certificate.subject.replaceAll("\n", ",")}`),
    ...problem(has !== should, `is for ${has || "no name"} instead of ${should || "no name"}`),
    ...problem(certificate.keyUsage?.join() !== purposeOids[role] || certificate.ca, `is not a ${role}'s certificate`),
    ...problem(!certificate.raw.includes(keyUsage), "does not permit signing and key encipherment"),
  ];
}

/** Problems of a certificate that must be the authority's own. */
export function authorityProblems(certificate: X509Certificate, publicKey: string): string[] {
  if (!certificate.ca || !isOwnCertificate(certificate)) return ["is not of this authority"];
  return belongsTo(certificate, publicKey) ? [] : ["does not belong to the authority's key"];
}

export interface Lifetime {
  /** Time by the host's own clock, which judges the certificate. */
  now: Date;
  validityDays: number;
  renewBeforeDays: number;
}

export function lifetimeProblems(
  certificate: X509Certificate,
  { now, validityDays, renewBeforeDays }: Lifetime,
): string[] {
  const left = Date.parse(certificate.validTo) - now.getTime();
  const on = new Date(certificate.validTo).toISOString().slice(0, 10);
  if (left <= renewBeforeDays * day) return [`expires on ${on}`];
  if (left > (validityDays + 1) * day) return [`expires on ${on} only, more than ${validityDays} days from now`];
  return Date.parse(certificate.validFrom) > now.getTime() ? ["is not valid yet"] : [];
}

/** Validity that begins a day ago, for hosts whose clocks are slow, and ends no later than the authority's. */
export function validityFrom(now: Date, days: number, latest?: Date) {
  const notAfter = new Date(now.getTime() + days * day);
  return {
    notBefore: new Date(now.getTime() - day),
    notAfter: latest !== undefined && latest < notAfter ? latest : notAfter,
  };
}

/** @param publicKey in PEM */
export function belongsTo(certificate: X509Certificate, publicKey: string | undefined): boolean {
  if (!publicKey) return false;
  return createPublicKey(publicKey).equals(certificate.publicKey);
}

function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  const entries = subjectAltName.split(", ").filter(Boolean);
  return entries.map((entry) => canonicalName(entry.replace(/^(DNS|IP Address):/, "")));
}

/** In the spelling of node:crypto, which escapes as RFC 4514 does. */
export const hasSubject = (certificate: X509Certificate, { organization, unit, commonName }: Subject) =>
  certificate.subject === `O=${escaped(organization)}\nOU=${escaped(unit)}\nCN=${escaped(commonName)}`;

/** The organization of a certificate that is ours. */
export const organizationOf = ({ subject }: X509Certificate): string | undefined =>
  /^O=(.*)$/m.exec(subject)?.[1]?.replace(/\\(.)/g, "$1");

/** A subject as a pattern of `tls_allowed_dn_list` that nothing else matches. */
export const allowedDn = ({ organization, unit, commonName }: Subject) =>
  writableDn(`O=${escaped(organization)},OU=${unit},CN=${commonName}`);

const escaped = (value: string) => value.replace(/[,+]/g, "\\$&");
