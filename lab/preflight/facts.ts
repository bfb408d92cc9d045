/** Facts about this machine that decide whether a lab can run on it. */
import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder } from "../paths";
import { runAnyway } from "../process";

export interface MachineFacts {
  userId: number;
  /** ID and VERSION_ID of /etc/os-release, e.g. `debian` and `12`. */
  distribution: string;
  distributionVersion: string;
  architecture: string;
  hasTun: boolean;
  availableMemoryMiB: number;
  /** Free space where the cache is. */
  freeDiskMiB: number;
  cacheFolder: string;
  /** e.g. `1.25.11`; undefined when there is no Go. */
  goVersion: string | undefined;
  /** e.g. `3.250.0`; undefined when there is no `pulumi` on PATH or in the cache. */
  pulumiVersion: string | undefined;
}

export async function machineFacts(pulumiVersion: string | undefined): Promise<MachineFacts> {
  const release = parseOsRelease(readIfThere("/etc/os-release"));
  const folder = cacheFolder();
  const disk = statfsSync(nearestFolder(folder));
  return {
    userId: process.getuid?.() ?? -1,
    distribution: release.ID ?? "unknown",
    distributionVersion: release.VERSION_ID ?? "unknown",
    architecture: process.arch,
    hasTun: existsSync("/dev/net/tun"),
    availableMemoryMiB: Math.floor(memAvailableKiB(readIfThere("/proc/meminfo")) / 1024),
    freeDiskMiB: Math.floor((disk.bavail * disk.bsize) / 1024 ** 2),
    cacheFolder: folder,
    goVersion: await goVersion(),
    pulumiVersion,
  };
}

/** Numbers of the CPUs that this process may run on. @see https://man7.org/linux/man-pages/man7/cpuset.7.html (list format) */
export function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readIfThere("/proc/self/status"))?.[1] ?? "0";
  return parseCpuList(list);
}

/** Pure: `0-2,5` to `[0, 1, 2, 5]`. */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Pure: the assignments of an os-release file. @see https://www.freedesktop.org/software/systemd/man/os-release.html */
export function parseOsRelease(text: string): Record<string, string> {
  const assignments = text.matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm);
  return Object.fromEntries([...assignments].map(([, key = "", value = ""]) => [key, value]));
}

/** @returns the full path of an executable on PATH */
export function which(program: string, path = process.env.PATH ?? ""): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function goVersion(): Promise<string | undefined> {
  if (which("go") === undefined) return undefined;
  const { stdout } = await runAnyway(["go", "env", "GOVERSION"]);
  return /^go(\d+(\.\d+)*)/.exec(stdout)?.[1];
}

function memAvailableKiB(meminfo: string): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0);
}

/** The folder itself, or the closest one above it that exists. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
