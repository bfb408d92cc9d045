/**
 * Pure: the subject of a certificate as GnuTLS prints it, which is what libvirtd compares with `tls_allowed_dn_list`.
 *
 * @see https://gitlab.com/gnutls/gnutls/-/blob/master/lib/x509/dn.c
 */
import type { X509Certificate } from "node:crypto";
import { der, derOid, derValues, signedFields } from "./der";

/** GnuTLS's own names of attributes; an attribute without one is printed in a way that changes with its version. */
const names: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "1.2.840.113549.1.9.1": "EMAIL",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
};

const decoders: Readonly<Record<number, (content: Buffer) => string>> = {
  12: (content) => content.toString("utf8"),
  19: (content) => content.toString("latin1"),
  22: (content) => content.toString("latin1"),
};

/**
 * A pattern of `tls_allowed_dn_list` as it can be written: libvirtd.conf has no way to write a backslash, for which `?`
 * stands. GnuTLS prints what comes after it nowhere else, so that nobody else is let in.
 */
export const writableDn = (pattern: string): string => pattern.replaceAll("\\", "?");

/**
 * A subject as a pattern of `tls_allowed_dn_list` that nothing else matches. Where that cannot be written, or the pattern
 * has no way to escape it, as a quote or `*`, `?` stands for it.
 *
 * @returns undefined for a subject that is empty, or has what GnuTLS has no name for
 */
export function allowedDnOf(certificate: X509Certificate): string | undefined {
  const parts = derValues(subjectOf(certificate)).map(({ content }) => derValues(content).map(attribute));
  if (parts.length === 0 || parts.flat().includes(undefined)) return undefined;
  return parts.map((values) => values.join("+")).join(",");
}

function attribute({ content }: { content: Buffer }): string | undefined {
  const [oid, value] = derValues(content);
  const name = oid && names[derOid(oid.content)];
  const text = value && decoders[value.tag]?.(value.content);
  if (name === undefined || !text || /\p{Cc}/u.test(text)) return undefined;
  const escaped = text.replace(/[,+"\\<>;]|^[ #]|(?<=.) $/g, "\\$&");
  return `${name}=${writableDn(escaped).replace(/["*]/g, "?")}`;
}

/** The content of the name, in DER. */
function subjectOf({ raw }: X509Certificate): Buffer {
  const fields = signedFields(raw).filter(({ tag }) => tag === der.sequence);
  return fields[3]?.content ?? Buffer.of(); // signature, issuer, validity, subject
}
