import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Runs `work` while holding an exclusive lock on `file`. The lock belongs to the kernel: it is released when this
 * process ends, however it ends, so a crash leaves nothing to clean up.
 *
 * @param onWait called once when another process holds the lock
 * @see https://man7.org/linux/man-pages/man1/flock.1.html
 */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  // The holder says so on its standard output, and ends when its standard input closes.
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => holder.on("close", () => resolve()));
  const waitNotice = setTimeout(() => onWait?.(), 1000);
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once("error", reject);
      holder.once("close", () => reject(new Error(`Could not lock ${file}.`)));
      holder.stdout.once("data", () => resolve());
    });
    return await work();
  } finally {
    clearTimeout(waitNotice);
    holder.stdin.end();
    await ended;
  }
}

/**
 * Builds `path` unless it exists. Others that want it wait for the same build.
 *
 * @param build builds it elsewhere and renames it, so that `path` is always complete
 */
export async function buildOnce(
  path: string,
  build: () => Promise<void>,
  report: (line: string) => void,
): Promise<void> {
  if (existsSync(path)) return;
  const unlessThere = async () => {
    if (!existsSync(path)) await build();
  };
  await withLock(`${path}.lock`, unlessThere, () => report("waiting for another run that builds it"));
}
