/** Credentials for a login: key files and the agent of this machine. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostLabel } from "./connection-args";
import { CredentialUnusable } from "./errors";
import { expandHome } from "./home";
import type { Reach } from "./reach";

export interface Credential {
  /** Name in messages, e.g. `identityFile /root/.ssh/id_ed25519`. */
  what: string;
  /** Private key in any format that OpenSSH writes. */
  key?: string;
  /** Socket of an agent. */
  agent?: string;
  /** Public keys, in base64, that alone may be shown of the agent's; undefined for all. */
  only?: string[];
  /** A credential that was found by default is left out when it cannot be used. */
  optional: boolean;
}

const usualFiles = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];

/** @throws CredentialUnusable when a credential that the user named does not exist */
export async function credentialsFor(args: Reach): Promise<Credential[]> {
  const host = hostLabel(args);
  const found: Credential[] = [];
  const { identityFiles = usualFiles, identitiesOnly = false } = args;
  if (args.privateKey !== undefined) found.push({ what: "privateKey", key: args.privateKey, optional: false });
  if (args.identityFile !== undefined) found.push(await fromFile(host, args.identityFile));
  const agent = findAgent(host, args.agent);
  if (agent) found.push({ ...agent, ...(identitiesOnly && { only: await publicKeysOf(identityFiles) }) });
  if (args.privateKey === undefined && args.identityFile === undefined)
    for (const file of identityFiles.filter((candidate) => existsSync(expandHome(candidate))))
      found.push({ ...(await fromFile(host, file)), optional: true });
  return found;
}

/** Keys of which the public half is beside the file, as ssh-keygen leaves it, or is the file itself. */
async function publicKeysOf(files: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(
    files.flatMap((file) => [file, `${file}.pub`]).map((file) => readFile(expandHome(file), "utf8").catch(() => "")),
  );
  return texts.flatMap((text) => /^(?:ssh|ecdsa|sk)-\S+ ([A-Za-z0-9+/=]+)/.exec(text)?.[1] ?? []);
}

async function fromFile(host: string, file: string): Promise<Credential> {
  const what = `identityFile ${file}`;
  try {
    return { what, key: await readFile(expandHome(file), "utf8"), optional: false };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "the file does not exist on this machine" : message;
    throw new CredentialUnusable(host, what, reason, "Set identityFile to a private key that this user can read.");
  }
}

function findAgent(host: string, wanted: string | false | undefined): Credential | undefined {
  if (wanted === false) return undefined;
  const socket = wanted ?? process.env.SSH_AUTH_SOCK;
  if (!socket) return undefined;
  const what = `agent ${socket}`;
  if (existsSync(expandHome(socket))) return { what, agent: expandHome(socket), optional: wanted === undefined };
  if (wanted === undefined) return undefined;
  throw new CredentialUnusable(host, what, "there is no such socket", "Start the agent, or set agent to its socket.");
}
