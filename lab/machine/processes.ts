/** Finds processes in /proc, and ends them by pid. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { retryUntil } from "../../provider/util/policy";

export interface ProcessInfo {
  pid: number;
  state: string;
  parent: number;
  session: number;
  /** Clock ticks between the machine's boot and the process's start: tells a process from a later one with its pid. */
  startTime: number;
}

/** @returns undefined when there is no such process, or only its zombie */
export function processInfo(pid: number): ProcessInfo | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in the second field may hold spaces and parentheses, so fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[0] ?? "";
  if (state === "Z" || state === "X") return undefined;
  return { pid, state, parent: Number(fields[1]), session: Number(fields[3]), startTime: Number(fields[19]) };
}

function allProcesses(): ProcessInfo[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processInfo(Number(name)))
    .filter((info) => info !== undefined);
}

/** Processes in one network namespace, this one and its ancestors left out; none when there is no such namespace. */
export function namespaceProcesses(path: string): ProcessInfo[] {
  const inode = inodeOf(path);
  const own = ancestors(process.pid);
  if (inode === undefined) return [];
  return allProcesses().filter(({ pid }) => !own.has(pid) && inodeOf(`/proc/${pid}/ns/net`) === inode);
}

/** Processes of this user with a variable in their environment: those that inherited it, whatever their parent is now. */
export function processesWith(variable: string, value: string): ProcessInfo[] {
  const wanted = `${variable}=${value}`;
  return allProcesses().filter(({ pid }) => readProc(`/proc/${pid}/environ`)?.split("\0").includes(wanted));
}

/** The command line of a process; empty when it has ended. */
export function argvOf(pid: number): string[] {
  return readProc(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
}

/**
 * Processes of one session in one network namespace: a host's User-Mode Linux and the stubs in which its programs run.
 * The namespace is asked too, because a session's number may be given out again once the session has ended.
 */
export function sessionProcesses(session: number, namespace: string): number[] {
  return namespaceProcesses(namespace)
    .filter((info) => info.session === session)
    .map((info) => info.pid);
}

/** Ends processes at once and returns when none of them is left. */
export async function killAll(find: () => number[], what: string): Promise<void> {
  await retryUntil(
    async () => {
      const left = find();
      for (const pid of left) kill(pid, "SIGKILL");
      if (left.length > 0) throw new Error(`Processes of ${what} do not end: ${left.join(", ")}.`);
    },
    { everyMs: 50, timeoutMs: 30_000 },
  );
}

/** Sends a signal; a process that is gone already is fine. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function ancestors(pid: number): Set<number> {
  const found = new Set<number>();
  for (let next = pid; next > 1 && !found.has(next); next = processInfo(next)?.parent ?? 0) found.add(next);
  return found;
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined; // ended meanwhile
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // ended meanwhile
  }
}
