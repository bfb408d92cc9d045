/** Finds out whether the CLI that has started this process writes to a terminal. */
import { readFileSync, readlinkSync } from "node:fs";

/** Number of generations between the CLI and this process: a shell script starts it. */
const generations = 3;

/** @returns true where it cannot be found out */
export function isWatched(pid = process.ppid): boolean {
  try {
    for (let generation = 0, ancestor = pid; generation < generations; generation++) {
      if (readFileSync(`/proc/${ancestor}/comm`, "utf8").trim() === "pulumi")
        return /^\/dev\/(pts|tty)/.test(readlinkSync(`/proc/${ancestor}/fd/1`));
      ancestor = parentOf(ancestor);
    }
  } catch {
    return true; // no /proc, or not ours to read
  }
  return true;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const parentOf = (pid: number) =>
  Number(
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) \S /s, "")
      .split(" ")[0],
  );
