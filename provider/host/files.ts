/** Files on a host. Everything is written beside, checked, then renamed: a reader sees the old file or the new one. */
import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import { CommandFailed } from "./errors";
import type { Host } from "./host";
import { scriptFile, sh } from "./script";

export interface FileOptions {
  /** Permission bits, e.g. 0o640. Set before any content is there. */
  mode: number;
  /** @default "root" */
  owner?: string;
  /** @default "root" */
  group?: string;
  /** The command that the file has to pass before it replaces the old one; `{}` stands for its temporary path. */
  check?: readonly string[];
  /** Keeps the content out of messages. */
  secret?: boolean;
}

const absent = 44;
const write = scriptFile(__dirname, "write-file.sh");

/** @returns undefined when the host answered that there is no such file */
export async function readTextFile(host: Host, path: string): Promise<string | undefined> {
  const script = sh`[ -e "$1" ] || exit ${absent}; exec cat -- "$1"`;
  try {
    return (await host.run(["sh", "-c", script, "sh", path])).stdout;
  } catch (error) {
    if (error instanceof CommandFailed && error.exitCode === absent) return undefined;
    throw error;
  }
}

/**
 * @throws CommandFailed when the check refuses the content; the old file is untouched then, and nothing is left beside
 */
export async function writeTextFile(host: Host, path: string, content: string, options: FileOptions): Promise<void> {
  const { mode, owner = "root", group = "root", check = ["true"], secret = false } = options;
  const fresh = posix.join(posix.dirname(path), `.${posix.basename(path)}.${randomUUID()}`);
  const bytes = String(Buffer.byteLength(content));
  const checked = check.map((word) => word.replaceAll("{}", fresh));
  await host.run(["sh", "-c", write, "sh", fresh, path, mode.toString(8), `${owner}:${group}`, bytes, ...checked], {
    input: content,
    ...(secret && { secrets: [content] }),
  });
}

/** Absent is fine. */
export async function removeFile(host: Host, path: string): Promise<void> {
  await host.run(["rm", "-f", "--", path]);
}
