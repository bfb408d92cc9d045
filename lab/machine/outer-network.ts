/** The machine's own network, for a process that runs in a lab's, which has no way out. */
import { readlinkSync } from "node:fs";
import { processInfo } from "./processes";

const networkOf = (pid: number | "self") => readlinkSync(`/proc/${pid}/ns/net`);

/** @returns the argv that runs the command in the network of the process that has entered this one; itself where none has */
export function inOuterNetwork(argv: readonly string[]): string[] {
  const own = networkOf("self");
  for (let info = processInfo(process.ppid); info && info.pid > 1; info = processInfo(info.parent))
    if (networkOf(info.pid) !== own) return ["nsenter", `--net=/proc/${info.pid}/ns/net`, ...argv];
  return [...argv];
}
