/** Directories on a host that are made for something, and taken away with it. */
import type { Host } from "./host";
import { runScript, sh } from "./script";

/** Pure: a path and the directories above it, the highest first, without the root. */
export function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Makes those that are not there, in this order; each is in the one before it or somewhere that exists. */
export async function makeDirectories(host: Host, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await runScript(host, sh`umask 022; for path; do [ -d "$path" ] || mkdir -- "$path"; done`, paths);
}

/** Removes those that are empty, the last first. Absent is fine, and what holds something stays. */
export async function removeEmptyDirectories(host: Host, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const script = sh`for path; do [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty -- "$path" || true; done`;
  await runScript(host, script, [...paths].reverse());
}
