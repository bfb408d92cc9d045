/** Pure: the subject of a certificate as GnuTLS spells it, which QEMU compares letter by letter. */
import { X509Certificate } from "node:crypto";

/** GnuTLS's names of attributes, by Node's. Those of others differ between versions, or are numbers. */
const attributes: ReadonlyMap<string, string> = new Map([
  ...["C", "ST", "L", "O", "OU", "CN", "UID", "DC", "serialNumber", "street", "title", "postalCode"].map(
    (name) => [name, name] as const,
  ),
  ["emailAddress", "EMAIL"],
  ["SN", "surName"],
  ["GN", "givenName"],
]);

/**
 * @param pem text of a file; its first certificate counts
 * @returns e.g. `O=Example,CN=10.0.0.1`; undefined when there is no certificate, no subject, or one with an attribute
 * or a control character whose spelling is not certain
 * @see https://gnutls.org/manual/gnutls.html (gnutls_x509_crt_get_dn)
 */
export function gnutlsSubject(pem: string): string | undefined {
  const parts = subjectIn(pem)?.split("\n");
  const spelled = parts?.map((part) => {
    const pairs = part.split(" + ").map(spelledPair); // a plus of a value has a backslash
    return pairs.includes(undefined) ? undefined : pairs.join("+");
  });
  return spelled === undefined || spelled.includes(undefined) ? undefined : spelled.join(",");
}

function subjectIn(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).subject; // undefined for an empty one, whatever its type says
  } catch {
    return undefined;
  }
}

function spelledPair(text: string): string | undefined {
  const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const name = attributes.get(key);
  const hasControl = (value.match(/\\./gs) ?? []).some((pair) => /[0-9A-F]/.test(pair[1] ?? ""));
  // Node shows types of text that it does not know as #HEX.
  return name === undefined || hasControl || value.startsWith("#") ? undefined : `${name}=${value}`;
}
