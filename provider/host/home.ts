import { homedir } from "node:os";
import { join } from "node:path";

/** `~/x` as a path; anything else as it is. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
