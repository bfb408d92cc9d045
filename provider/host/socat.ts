/**
 * A unix socket of a host by socat, for users who need sudo: sshd forwards as the user who logs in, and root's sockets are
 * open to root only.
 */
import type { Duplex } from "node:stream";
import type { CommandStreams } from "./command-output";

/**
 * Without connect-timeout socat waits for ever when the socket's backlog is full, even after we have left. With it that is
 * an error at once, as it is for sshd.
 */
export const socatArgv = (path: string): string[] => [
  "socat",
  "-d",
  "-d",
  "-",
  `UNIX-CONNECT:${socatQuoted(path)},connect-timeout=5`,
];

/** The reason in what socat has printed on stderr. */
export const socatReason = (stderr: string): string => / E (.*)/.exec(stderr)?.[1] ?? stderr.trim();

/** Escapes every character with a meaning in a socat address. */
const socatQuoted = (path: string): string => path.replace(/[\\,:!"'()[\]{}]/g, "\\$&");

interface SocatOptions {
  /** Error when socat ends before it has connected; without an exit code the connection to the host broke. */
  ended: (exitCode: number | undefined, stderr: string) => Error;
  /** Ends the waiting, with its reason. */
  signal: AbortSignal;
}

/**
 * Waits until socat has connected, which it says on stderr with `-d -d`. Its output is left to the user of the stream; but
 * a channel that is not read does not close.
 */
export function socatConnected(channel: CommandStreams, { ended, signal }: SocatOptions): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    let exitCode: number | undefined;
    let isConnected = false;
    const stopWaiting = () => {
      signal.removeEventListener("abort", onAbort);
    };
    const giveUp = (error: Error) => {
      stopWaiting();
      reject(error);
      channel.close();
    };
    const onAbort = () => giveUp(signal.reason as Error);
    signal.addEventListener("abort", onAbort);
    channel.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-2000);
      if (isConnected || !stderr.includes("starting data transfer loop")) return;
      isConnected = true;
      stopWaiting();
      resolve(channel);
    });
    channel.stderr.on("end", () => {
      if (!isConnected) channel.resume();
    });
    channel.on("exit", (code: number | null) => {
      exitCode = code ?? -1;
    });
    channel.on("close", () => {
      stopWaiting();
      reject(ended(exitCode, stderr));
    });
    if (signal.aborted) onAbort(); // while the host was asked
  });
}
