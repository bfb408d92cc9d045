/**
 * Pure: reads certificate revocation lists, which node:crypto knows nothing of.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-5
 */
import { verify, type X509Certificate } from "node:crypto";
import { type DerValue, der, derOid, derTime, derValues } from "./der";

export interface RevocationList {
  /** What is signed, by which algorithm, and the signature. */
  signed: Buffer;
  algorithm: string;
  signature: Buffer;
  thisUpdate: Date;
  /** Undefined for a list that says nothing of a next one. */
  nextUpdate: Date | undefined;
  /** Serial numbers in hexadecimal, as node:crypto writes them. */
  serials: ReadonlySet<string>;
}

/** All lists in a text. @returns undefined when there is none, or one that cannot be read */
export function revocationListsIn(text: string): RevocationList[] | undefined {
  const blocks = text.split(/(?=-----BEGIN X509 CRL-----)/).filter((block) => block.startsWith("-----BEGIN"));
  const lists = blocks.flatMap((block) => parseList(block) ?? []);
  return lists.length > 0 && lists.length === blocks.length ? lists : undefined;
}

function parseList(pem: string): RevocationList | undefined {
  const [, base64] = /^-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----\s*$/.exec(pem) ?? [];
  if (base64 === undefined) return undefined;
  try {
    return listIn(Buffer.from(base64, "base64"));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isTime = ({ tag }: DerValue) => tag === der.utcTime || tag === der.generalizedTime;

function listIn(bytes: Buffer): RevocationList | undefined {
  const [whole] = derValues(bytes);
  const [body, algorithm, signature] = derValues(whole?.content ?? Buffer.of());
  if (!body || !algorithm || signature?.tag !== der.bitString) return undefined;
  const fields = derValues(body.content);
  const [thisUpdate, nextUpdate] = fields.filter(isTime).map((time) => new Date(derTime(time)));
  const oid = derValues(algorithm.content)[0];
  if (!thisUpdate || !oid || Number.isNaN(thisUpdate.getTime())) return undefined;
  const lastTime = fields.findLastIndex(isTime);
  const revoked = fields[lastTime + 1];
  const entries = revoked?.tag === der.sequence ? derValues(revoked.content) : [];
  return {
    signed: body.whole,
    algorithm: derOid(oid.content),
    signature: signature.content.subarray(1), // the number of unused bits comes first
    thisUpdate,
    nextUpdate,
    serials: new Set(entries.map(({ content }) => serialText(derValues(content)[0]?.content ?? Buffer.of()))),
  };
}

const serialText = (serial: Buffer) => plainSerial(serial.toString("hex"));
const plainSerial = (hex: string) => hex.toUpperCase().replace(/^0+(?=.)/, "");

export const isListed = ({ serials }: RevocationList, { serialNumber }: X509Certificate) =>
  serials.has(plainSerial(serialNumber));

/** Null where the algorithm implies it. */
const digests: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/** True when this authority has signed it; false also for algorithms that are not known here. */
export function isListOf({ signed, algorithm, signature }: RevocationList, { publicKey }: X509Certificate): boolean {
  const digest = digests[algorithm];
  try {
    return digest !== undefined && verify(digest, signed, publicKey, signature);
  } catch {
    return false; // a key of another kind
  }
}
