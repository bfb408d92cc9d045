/** Files on a host. Everything is written beside and renamed: a reader sees the old file or the new one. */
import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import type { RemoteHost } from "./host";
import { scriptFile } from "./script";

export interface FileOptions {
  /** Permission bits, e.g. 0o640. Set before any content is there. */
  mode: number;
  /** @default "root" */
  owner?: string;
  /** @default "root" */
  group?: string;
}

const write = scriptFile(__dirname, "write-file.sh");

/** @throws CommandFailed when it cannot be written; the old file is untouched then, and nothing is left beside it */
export async function writeTextFile(
  host: RemoteHost,
  path: string,
  content: string,
  options: FileOptions,
): Promise<void> {
  const { mode, owner = "root", group = "root" } = options;
  const fresh = posix.join(posix.dirname(path), `.${posix.basename(path)}.${randomUUID()}`);
  const bytes = String(Buffer.byteLength(content));
  await host.run(["sh", "-c", write, "sh", fresh, path, mode.toString(8), `${owner}:${group}`, bytes], {
    input: content,
  });
}

/** Removes a file; one that is absent already is fine. */
export async function removeFile(host: RemoteHost, path: string): Promise<void> {
  await host.run(["rm", "-f", "--", path]);
}
