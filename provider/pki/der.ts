/**
 * Pure: reads DER, as far as certificates and revocation lists need what node:crypto does not show of them.
 *
 * @see https://www.itu.int/rec/T-REC-X.690
 */

export interface DerValue {
  tag: number;
  /** The bytes that are in it. */
  content: Buffer;
  /** The same with tag and length, as it is signed. */
  whole: Buffer;
}

export const der = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  sequence: 0x30,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** @throws RangeError for what is no DER */
export function derValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = derValueAt(bytes, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

function derValueAt(bytes: Buffer, at: number): DerValue {
  const [tag = 0, short] = bytes.subarray(at, at + 2);
  if (short === undefined) throw new RangeError("ends within a value");
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  if (lengthBytes > 4) throw new RangeError("has a value that is too long");
  const from = at + 2 + lengthBytes;
  if (from > bytes.length) throw new RangeError("ends within a value");
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(at + 2, lengthBytes);
  if (from + length > bytes.length) throw new RangeError("ends within a value");
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) };
}

/** Fields of the part of a certificate or a revocation list that is signed. */
export function signedFields(bytes: Buffer): DerValue[] {
  const [whole] = derValues(bytes);
  const [body] = derValues(whole?.content ?? Buffer.of());
  return derValues(body?.content ?? Buffer.of());
}

/** An object identifier as it is written: `2.5.4.3`. */
export function derOid(content: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join(".");
}

/** Milliseconds; NaN for what is no time. */
export function derTime({ tag, content }: DerValue): number {
  const text = content.toString("latin1");
  const century = Number(text.slice(0, 2)) >= 50 ? "19" : "20";
  const full = tag === der.utcTime ? `${century}${text}` : text;
  return Date.parse(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
