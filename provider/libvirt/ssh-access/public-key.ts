/** Pure: public keys as ssh-keygen prints them. */
import { fingerprintOf, typeOf } from "../../host/host-key";

export interface PublicKey {
  /** `TYPE BASE64`, and nothing else: it comes from a host, and goes into files of others. */
  text: string;
  comment: string;
}

/** @returns undefined for anything that is no public key */
export function parsePublicKey(line: string): PublicKey | undefined {
  const [, type = "", base64 = "", comment = ""] =
    /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?: (.*))?$/.exec(line.trim()) ?? [];
  if (type === "" || typeOf(Buffer.from(base64, "base64")) !== type) return undefined;
  return { text: `${type} ${base64}`, comment };
}

/** `SHA256:…` as `ssh-keygen -lf` prints it. */
export const fingerprintOfText = (text: string): string =>
  fingerprintOf(Buffer.from(text.split(" ")[1] ?? "", "base64"));
