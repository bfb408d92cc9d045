/** Changes root's `.ssh` on a host: under a lock, since several resources may have lines in one file. */
import { createHash } from "node:crypto";
import { CommandFailed } from "../../host/errors";
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile, sh } from "../../host/script";
import { retryUntil } from "../../util/policy";
import { type SharedFile, sshPaths } from "./places";

const openFolder = sh`umask 077; folder=$1
  [ -d "$folder" ] || mkdir -- "$folder"
  chown root -- "$folder"; chmod go-w -- "$folder"
  exec 9< "$folder"; flock -w 60 9
`;

/** The exit code of replace-file.sh. */
const changed = 45;

/**
 * Written beside, with owner and mode before the content, and renamed only when all of it has come and nobody else has
 * written meanwhile. A link stays a link; a file that is there keeps its mode, as far as sshd accepts it.
 */
const replace = sh`${openFolder}${scriptFile(__dirname, "replace-file.sh")}`;

/**
 * @param seen the text as it was last seen, one character a byte
 * @param change from the text as it is to the text as it has to be; nothing left removes the file
 */
export async function editFile(
  host: RemoteHost,
  file: SharedFile,
  seen: string,
  change: (text: string) => string,
  signal: AbortSignal,
): Promise<void> {
  const path = sshPaths[file];
  let old = seen;
  const write = async () => {
    const input = Buffer.from(change(old), "latin1");
    const digest = createHash("sha256").update(old, "latin1").digest("hex");
    await runScript(host, replace, [sshPaths.folder, path, digest, String(input.length)], { input });
  };
  const attempt = async () => {
    try {
      await write();
    } catch (error) {
      if (isChanged(error)) old = await read(host, path, signal);
      throw error;
    }
  };
  await retryUntil(attempt, { everyMs: 100, timeoutMs: 60_000, signal, after: isChanged });
}

const isChanged = (error: unknown) => error instanceof CommandFailed && error.exitCode === changed;

async function read(host: RemoteHost, path: string, signal: AbortSignal): Promise<string> {
  const script = sh`if [ -e "$1" ]; then base64 -w 0 -- "$1"; fi`;
  return Buffer.from((await runScript(host, script, [path], { signal })).stdout, "base64").toString("latin1");
}

/** Complete before it is at its place; one that has come there meanwhile stays. The key never leaves the host. */
const generate = sh`${openFolder}  key=$2 comment=$3
  rm -f -- "$key.new" "$key.new.pub"
  ssh-keygen -q -t ed25519 -N '' -C "$comment" -f "$key.new" < /dev/null
  sync -- "$key.new"
  if [ -e "$key" ]; then rm -f -- "$key.new" "$key.new.pub"; exit; fi
  mv -T -- "$key.new" "$key"; mv -T -- "$key.new.pub" "$key.pub"`;

/** @param comment by which the key is known as ours, in both halves */
export async function makeKey(host: RemoteHost, comment: string, signal: AbortSignal): Promise<void> {
  await runScript(host, generate, [sshPaths.folder, sshPaths.key, comment], { signal });
}

/** The private half at last: it is what marks both as ours. */
export async function removeKey(host: RemoteHost): Promise<void> {
  await runScript(host, sh`rm -f -- "$1.pub"; rm -f -- "$1"`, [sshPaths.key]);
}

/** When nothing is in it. */
export async function removeFolder(host: RemoteHost): Promise<void> {
  await runScript(host, sh`[ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty -- "$1"`, [sshPaths.folder]);
}
