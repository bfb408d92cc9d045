/** The output of one command, as much of it as may be. */
import type { Duplex, Readable } from "node:stream";
import { OutputTooLong } from "./errors";

/** The command's streams; "exit" comes with its exit code before "close", unless the connection broke. */
export type CommandStreams = Duplex & { stderr: Readable; close(): void };

export interface ExecResult {
  /** -1 when a signal ended the command. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

interface OutputOptions {
  host: string;
  /** The command as messages show it, without secrets. */
  shown: string;
  /** For standard input; closed at once without it. */
  input: string | Uint8Array | undefined;
  /** Ends the waiting, with its reason. */
  signal: AbortSignal;
  /** Error for an end without an exit code. */
  lost: () => Error;
}

/** Far more than any command of ours prints; a host that goes on and on must not fill the memory that all hosts share. */
const maximumBytes = 4 * 1024 * 1024;

/** @throws OutputTooLong, the signal's reason, or `lost` */
export function outputOf(channel: CommandStreams, options: OutputOptions): Promise<ExecResult> {
  const { host, shown, input, signal, lost } = options;
  return new Promise((resolve, reject) => {
    const output: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
    let size = 0;
    let exitCode: number | undefined;
    const giveUp = (error: Error) => {
      reject(error);
      signal.removeEventListener("abort", onAbort);
      for (const stream of [channel, channel.stderr]) stream.removeAllListeners("data").pause();
      output.stdout = [];
      output.stderr = [];
      channel.close();
    };
    const onAbort = () => giveUp(signal.reason as Error);
    const collect = (name: "stdout" | "stderr") => (bytes: Buffer) => {
      size += bytes.length;
      if (size > maximumBytes) giveUp(new OutputTooLong(host, shown, maximumBytes));
      else output[name].push(bytes);
    };
    signal.addEventListener("abort", onAbort);
    channel.on("data", collect("stdout"));
    channel.stderr.on("data", collect("stderr"));
    channel.on("exit", (code: number | null) => {
      exitCode = code ?? -1;
    });
    channel.on("close", () => {
      signal.removeEventListener("abort", onAbort);
      if (exitCode === undefined) return reject(lost());
      const text = (name: "stdout" | "stderr") => Buffer.concat(output[name]).toString();
      resolve({ exitCode, stdout: text("stdout"), stderr: text("stderr") });
    });
    channel.on("error", () => {}); // "close" follows and tells the rest
    if (signal.aborted)
      onAbort(); // while the host was asked
    else channel.end(input ?? "");
  });
}
