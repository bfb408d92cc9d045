/**
 * Pure: the first lines of our files. They say whose the file is, and list the directories that were created for it, so
 * that a crash forgets none.
 */
import { type Owner, parseOwner, printOwner } from "../util/owner";

const start = "# Made by pulumi-kvm-live, which undoes changes by hand.";
const list = " Directories made for it:";
const ownerLine = "# Owner: ";

export interface Mark {
  createdDirectories: readonly string[];
  /** Undefined in a file of an earlier version. */
  owner: Owner | undefined;
}

export function printMark({ createdDirectories, owner }: Mark): string {
  const first = createdDirectories.length === 0 ? start : `${start}${list} ${createdDirectories.join(" ")}`;
  return owner ? `${first}\n${ownerLine}${printOwner(owner)}` : first;
}

/** @returns undefined for a file that is not ours */
export function readMark(text: string | undefined): Mark | undefined {
  const [line, second = ""] = text?.split("\n") ?? [];
  if (line === undefined || !line.startsWith(start)) return undefined;
  const paths = line.slice(start.length + list.length).split(" ");
  const owner = second.startsWith(ownerLine) ? parseOwner(second.slice(ownerLine.length)) : undefined;
  return { createdDirectories: paths.filter((path) => path.startsWith("/")), owner };
}

/** As it is, for comparing the rest of a file with what is wanted; a new one for a file that is not ours. */
export const markIn = (text: string | undefined): Mark =>
  readMark(text) ?? { createdDirectories: [], owner: undefined };
