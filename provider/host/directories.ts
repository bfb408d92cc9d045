/** Directories on a host that are created for something, and removed with it. */
import type { RemoteHost } from "./host";
import { runScript, sh } from "./script";

/** Pure: a path and its parent directories, the highest first, without the root. */
export function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Creates those that do not exist, in this order: parents come first. */
export async function makeDirectories(host: RemoteHost, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await runScript(host, sh`umask 022; for path; do [ -d "$path" ] || mkdir -- "$path"; done`, paths);
}

/** Removes those that are empty, the last first. Others stay, and missing ones are fine. */
export async function removeEmptyDirectories(host: RemoteHost, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const script = sh`for path; do [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty -- "$path" || true; done`;
  await runScript(host, script, [...paths].reverse());
}
