/** Pure: which host keys are trusted. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { matchesGlob } from "../util/glob";

/** A public host key in SSH's wire format, which the key exchange uses and, in base64, files. */
type HostKey = Buffer;

export interface KnownKey {
  type: string;
  key: HostKey;
  revoked: boolean;
  /** It signs hosts' certificates, which are not asked for, so it vouches for nothing. */
  authority: boolean;
}

/** Fingerprint `SHA256:…` as `ssh-keygen -lf` prints it. */
export function fingerprintOf(key: HostKey): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** Type of a key, e.g. `ssh-ed25519`: the first string of the wire format. */
export function typeOf(key: HostKey): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.subarray(4, 4 + length).toString("latin1");
}

/**
 * Compares a key with one that the user has given.
 *
 * @param wanted `SHA256:…` or `TYPE BASE64 [COMMENT]`
 */
export function matchesHostKey(key: HostKey, wanted: string): boolean {
  const [first = "", base64] = wanted.trim().split(/\s+/);
  if (base64 === undefined) return fingerprintOf(key) === first.replace(/=+$/, "");
  return Buffer.from(base64, "base64").equals(key);
}

/**
 * Keys of a host in known_hosts files.
 *
 * @param port undefined for a name that stands for the host whatever its port
 * @see https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT
 */
export function knownKeys(knownHosts: string, address: string, port: number | undefined): KnownKey[] {
  const name = address.toLowerCase();
  const withoutPort = keysOf(knownHosts, name);
  if (port === undefined || port === 22) return withoutPort;
  const withPort = keysOf(knownHosts, `[${name}]:${port}`);
  // As ssh does where it knows no key of the type at this port.
  const isNew = ({ type, revoked }: KnownKey) => revoked || !withPort.some((one) => isGood(one) && one.type === type);
  return [...withPort, ...withoutPort.filter(isNew)];
}

/** True of a key that a host may show. */
export const isGood = ({ revoked, authority }: KnownKey): boolean => !revoked && !authority;

const markers: readonly (string | undefined)[] = [undefined, "@revoked", "@cert-authority"];

function keysOf(knownHosts: string, name: string): KnownKey[] {
  return knownHosts.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
    const [hosts = "", type = "", base64 = ""] = words;
    const key = Buffer.from(base64, "base64");
    if (hosts.startsWith("#") || !markers.includes(marker) || typeOf(key) !== type) return [];
    if (!matchesHosts(hosts, name)) return [];
    return [{ type, key, revoked: marker === "@revoked", authority: marker === "@cert-authority" }];
  });
}

function matchesHosts(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && matchesGlob(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => matchesGlob(pattern, name));
}

/** `HashKnownHosts`: |1|salt|HMAC-SHA1(salt, name)| */
function matchesHash(hosts: string, name: string): boolean {
  const [, , salt = "", hash = ""] = hosts.split("|");
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

const keyTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

/** Those of known keys come first: a host has several keys, and shows the one of the first algorithm that it can do. */
export function keyAlgorithms(knownTypes: readonly string[]): string[] {
  const algorithmsOf = (type: string) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]);
  const known = knownTypes.filter((type) => keyTypes.includes(type));
  return [...new Set([...known, ...keyTypes].flatMap(algorithmsOf))];
}
