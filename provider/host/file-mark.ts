/**
 * Pure: the first lines of our files. They say whose the file is, and list the directories that were created for it, so
 * that a crash forgets none.
 */
import { type Owner, parseOwner, printOwner } from "../util/owner";

const start = "# Made by pulumi-kvm-live, which undoes changes by hand.";
const list = " Directories made for it:";
const ownerLine = "# Owner: ";

export interface FileMark {
  createdDirectories: readonly string[];
  /** Undefined in a file of an earlier version. */
  owner: Owner | undefined;
}

export function printMark({ createdDirectories, owner }: FileMark): string {
  const first = createdDirectories.length === 0 ? start : `${start}${list} ${createdDirectories.join(" ")}`;
  return owner ? `${first}\n${ownerLine}${printOwner(owner)}` : first;
}

/** @returns undefined for a file that is not ours */
export function readMark(text: string | undefined): FileMark | undefined {
  const [line, second = ""] = text?.split("\n") ?? [];
  if (line === undefined || !line.startsWith(start)) return undefined;
  const paths = line.slice(start.length + list.length).split(" ");
  const owner = second.startsWith(ownerLine) ? parseOwner(second.slice(ownerLine.length)) : undefined;
  return { createdDirectories: paths.filter((path) => path.startsWith("/")), owner };
}

/** As it is, for comparing the rest of a file with what is wanted; a new one for a file that is not ours. */
export const fileMarkIn = (text: string | undefined): FileMark =>
  readMark(text) ?? { createdDirectories: [], owner: undefined };

/** The same with more directories. */
export const withDirectories = (mark: FileMark, directories: readonly string[]): FileMark => ({
  ...mark,
  createdDirectories: [...new Set([...mark.createdDirectories, ...directories])],
});

/**
 * The mark that a file goes on with: what is in it, and what only the state remembers when it was lost.
 *
 * @param owner that it has to name; undefined leaves the one that is noted
 */
export function continuedMark(
  text: string | undefined,
  remembered: readonly string[] | undefined,
  owner: Owner | undefined,
): FileMark {
  const mark = withDirectories(fileMarkIn(text), remembered ?? []);
  return { ...mark, owner: owner ?? mark.owner };
}
