#!/usr/bin/env node
/** The program `kvm-live`, in the process that it was started in. */
import { execFile } from "node:child_process";
import { setMaxListeners } from "node:events";
import { promisify } from "node:util";
import { closeConnections } from "../host/ssh-host";
import { printable } from "../util/printable";
import { main } from "./main";
import { Screen } from "./screen";

/** More than the state of any stack. */
const mostBytes = 1024 ** 3;

async function runHere(file: string, argv: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(file, argv, { maxBuffer: mostBytes })).stdout;
  } catch (error) {
    const { code, stderr = "", message } = error as Error & { code?: unknown; stderr?: string };
    throw new Error(code === "ENOENT" ? `${file} is not on PATH` : stderr.trim() || message);
  }
}

const { stdout, stderr, env } = process;
const interruption = new AbortController();
setMaxListeners(0, interruption.signal);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interruption.abort());
// Whoever reads may have heard enough (`| head`).
stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

void main(process.argv.slice(2), { screen: new Screen(stdout, stderr, env), signal: interruption.signal, runHere })
  .then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      stderr.write(`${printable(process.env.DEBUG ? (error.stack ?? error.message) : error.message)}\n`);
      process.exitCode = 70; // a mistake of ours, as sysexits.h has it
    },
  )
  .finally(closeConnections);
