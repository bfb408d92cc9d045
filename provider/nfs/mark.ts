/** Pure: the first line of our files. It lists the directories that were created for them, so that a crash forgets none. */

const start = "# Made by pulumi-kvm-live, which undoes changes by hand.";
const list = " Directories made for it:";

export function markLine(createdDirectories: readonly string[]): string {
  return createdDirectories.length === 0 ? start : `${start}${list} ${createdDirectories.join(" ")}`;
}

/** @returns undefined for a file that is not ours */
export function readMark(text: string | undefined): { createdDirectories: string[] } | undefined {
  const line = text?.split("\n")[0];
  if (line === undefined || !line.startsWith(start)) return undefined;
  const paths = line.slice(start.length + list.length).split(" ");
  return { createdDirectories: paths.filter((path) => path.startsWith("/")) };
}
