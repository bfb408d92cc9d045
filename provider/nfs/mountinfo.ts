/** Pure: the kernel's list of mounts, and fstab. */
import { posix } from "node:path";
import { bracketed, canonicalName } from "../util/address";
import { parseSource } from "./mount-source";
import { unescapeOctal } from "./octal-escapes";

/** @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export interface MountInfo {
  path: string;
  type: string;
  source: string;
  /** Options of the mount and of the file system. */
  options: string[];
}

export function parseMountInfo(text: string): MountInfo[] {
  const lines = text.split("\n").filter((line) => line.includes(" - "));
  return lines.map((line) => {
    const [before = "", after = ""] = line.split(/ - (.*)/s);
    const [, , , , path = "", options = ""] = before.split(" ");
    const [type = "", source = "", superOptions = ""] = after.split(" ");
    return {
      path: unescapeOctal(path),
      type,
      source: unescapeOctal(source),
      options: [...new Set([...options.split(","), ...superOptions.split(",")])],
    };
  });
}

/** All mounts that fstab(5) has. */
export function fstabEntries(text: string): MountInfo[] {
  const rows = text.split("\n").map((line) => line.split(/[ \t]+/).filter(Boolean));
  return rows
    .filter(([source = "#"]) => !source.startsWith("#"))
    .map(([source = "", path = "", type = "", options = ""]) => ({
      source: unescapeOctal(source),
      path: plainPath(unescapeOctal(path)),
      type,
      options: options.split(",").filter((option) => option !== ""),
    }));
}

/** Sources that fstab(5) has for a mount point. */
export const fstabSources = (text: string, path: string): string[] =>
  fstabEntries(text).flatMap((entry) => (entry.path === path ? [entry.source] : []));

/** Paths are compared as paths: without slashes that say nothing. */
const plainPath = (path: string) => (path.startsWith("/") ? posix.resolve(path) : path);

export const isNfs = ({ type }: MountInfo): boolean => type === "nfs" || type === "nfs4";

/** Compares sources as text: no name is looked up. */
export const sameSource = (a: string, b: string): boolean => plain(a) === plain(b);

const plain = (source: string) => {
  const parsed = parseSource(source);
  return parsed ? `${bracketed(canonicalName(parsed.server))}:${plainPath(parsed.path)}` : source;
};
