import { readFileSync } from "node:fs";

/** The most memory that processes have held, each by itself, in MiB. @param pids of those that there are now */
export function watchMemory(pids: () => number[]): { stop(): number } {
  let peakMiB = 0;
  const look = () => {
    for (const pid of pids()) peakMiB = Math.max(peakMiB, peakOf(pid));
  };
  const timer = setInterval(look, 500);
  return {
    stop: () => {
      clearInterval(timer);
      return peakMiB;
    },
  };
}

/** 0 for a process that has ended. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
