/** Starts the processes of a simulated fleet, and talks with them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** @param file of this folder. It ends when it is disconnected. */
export const startProcess = (file: "hosts.ts" | "handlers.ts") =>
  fork(join(__dirname, file), { execArgv: ["--import", "tsx"] });

/** @throws Error when the process ends without an answer */
export async function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
  const gone = once(child, "exit").then(() => {
    throw new Error("A process of the simulated fleet has ended.");
  });
  const answer = once(child, "message").then(([said]) => said as T);
  child.send(message);
  return Promise.race([answer, gone]);
}
