/** Decides whether a host's key is trusted: by `hostKey` if it is set, else by known_hosts. Never by default. */
import { readFile } from "node:fs/promises";
import { hostLabel } from "./connection-args";
import { HostKeyRefused } from "./errors";
import { expandHome } from "./home";
import { fingerprintOf, isGood, type KnownKey, knownKeys, matchesHostKey, typeOf } from "./host-key";

import type { Reach } from "./reach";

export interface Trust {
  /** Types of the known keys: the host is asked for one of these. */
  types: string[];
  /** @returns why the key is refused; undefined when it is trusted */
  refusal(key: Buffer): HostKeyRefused | undefined;
}

export async function trustFor(args: Reach): Promise<Trust> {
  if (args.hostKey !== undefined) return trustInHostKey(args, [args.hostKey].flat());
  const { knownHosts, knownHostsFiles = ["~/.ssh/known_hosts"], hostKeyAlias, address, port = 22 } = args;
  const files = (knownHosts === undefined ? knownHostsFiles : [knownHosts]).map(expandHome);
  const text = (await Promise.all(files.map((file) => readOr(file, "")))).join("\n");
  const known = hostKeyAlias === undefined ? knownKeys(text, address, port) : knownKeys(text, hostKeyAlias, undefined);
  return trustInKnownHosts(args, files.join(" or ") || "known_hosts", known);
}

function trustInHostKey(args: Reach, wanted: readonly string[]): Trust {
  const host = hostLabel(args);
  return {
    types: wanted
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([type = "", key]) => (key === undefined ? [] : [type])),
    refusal(key) {
      if (wanted.some((one) => matchesHostKey(key, one))) return undefined;
      const expected = wanted.map((one) => (one.includes(" ") ? fingerprintOfLine(one) : one)).join(" or ");
      const reason = `but hostKey is ${expected}`;
      return new HostKeyRefused(host, fingerprintOf(key), reason, "Find out why before you change hostKey.");
    },
  };
}

function trustInKnownHosts(args: Reach, file: string, known: readonly KnownKey[]): Trust {
  const host = hostLabel(args);
  const good = known.filter(isGood);
  return {
    types: [...new Set(good.map(({ type }) => type))],
    refusal(key) {
      const shown = fingerprintOf(key);
      if (known.some((entry) => entry.revoked && entry.key.equals(key)))
        return new HostKeyRefused(host, shown, `which ${file} marks as revoked`, "Do not use this host.");
      if (good.some((entry) => entry.key.equals(key))) return undefined;
      if (good.length > 0) {
        const expected = good.map((entry) => `${entry.type} ${fingerprintOf(entry.key)}`).join(" or ");
        const reason = `and ${file} has ${expected}`;
        return new HostKeyRefused(host, shown, reason, "Find out why before you change that file.");
      }
      const cause = known.some(({ authority }) => authority)
        ? `and ${file} knows the host by a certificate authority only, which is not supported`
        : `and neither hostKey nor ${file} knows the host`;
      const fix = `Compare it with \`ssh-keygen -lf /etc/ssh/ssh_host_${fileName(key)}_key.pub\` on the host itself, then set hostKey to it.`;
      return new HostKeyRefused(host, shown, cause, fix);
    },
  };
}

/** `ssh-ed25519` is in ssh_host_ed25519_key, `ecdsa-sha2-nistp256` in ssh_host_ecdsa_key. */
const fileName = (key: Buffer) => typeOf(key).replace(/^ssh-/, "").replace(/-.*$/, "");
const fingerprintOfLine = (line: string) => fingerprintOf(Buffer.from(line.trim().split(/\s+/)[1] ?? "", "base64"));

async function readOr(file: string, otherwise: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}
