/** The configuration files of ssh on this machine. They are read when a host is first thought of, and no host is asked. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { matchesGlob } from "../util/glob";
import type { ConnectionArgs } from "./connection-args";
import { expandHome } from "./home";
import { withLoginDefaults } from "./login-defaults";
import { type Resolved, resolveReach } from "./reach";
import { type SourceFile, SshConfigUnusable } from "./ssh-config";

const userFile = "~/.ssh/config";
const systemFile = "/etc/ssh/ssh_config";

/** @throws SshConfigUnusable with the path of the file, and the line */
export function reachOf(given: ConnectionArgs): Resolved {
  const { args, taken } = withLoginDefaults(given);
  const { sshConfig } = args;
  const wanted = sshConfig === false ? [] : sshConfig === undefined ? [userFile, systemFile] : [sshConfig];
  const files = wanted.flatMap((path) => sourceAt(path, sshConfig !== undefined));
  const { username } = userInfo();
  const surroundings = { files, including, home: homedir(), localUser: username, environment: process.env };
  const resolved = resolveReach(args, surroundings);
  return { ...resolved, taken: [...taken, ...resolved.taken] };
}

/** @param isNeeded whether its absence is an error */
function sourceAt(path: string, isNeeded: boolean): SourceFile[] {
  const file = expandHome(path);
  try {
    if (path === userFile) refuseOpenToOthers(file);
    return [{ path, text: readFileSync(file, "utf8") }];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof SshConfigUnusable) throw error;
    if (code === "ENOENT" && !isNeeded) return [];
    throw new SshConfigUnusable(`${path}: ${code === "ENOENT" ? "there is no such file" : message}`);
  }
}

/** ssh refuses a file that others may have written. */
function refuseOpenToOthers(file: string): void {
  const { mode, uid } = statSync(file);
  const own = process.getuid?.() ?? uid;
  if ((mode & 0o022) !== 0 || (uid !== own && uid !== 0))
    throw new SshConfigUnusable(`${userFile}: others may write it, and ssh refuses it too (\`chmod 600 ${userFile}\`)`);
}

/** A path that is not absolute is within the folder of the user's, or the system's, configuration. */
function including(pattern: string, from: string): SourceFile[] {
  const folder = from.startsWith("/etc/ssh/") ? "/etc/ssh" : "~/.ssh";
  const isWhole = pattern.startsWith("/") || pattern.startsWith("~/");
  const path = expandHome(isWhole ? pattern : join(folder, pattern));
  return pathsOf(path).flatMap((found) => sourceAt(found, false));
}

/** As glob(3), sorted: only names that begin with a dot need one in the pattern. */
function pathsOf(pattern: string): string[] {
  const parts = pattern.split("/").filter(Boolean);
  return parts.reduce<string[]>(
    (folders, part) =>
      /[*?]/.test(part)
        ? folders.flatMap((folder) => namesIn(folder, part))
        : folders.map((folder) => join(folder, part)),
    ["/"],
  );
}

function namesIn(folder: string, pattern: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => matchesGlob(pattern, name));
    return names
      .filter((name) => pattern.startsWith(".") || !name.startsWith("."))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return []; // it is no folder, or not there
  }
}
