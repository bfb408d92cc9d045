/** What the rest of the provider sees of a host: commands as argv arrays, files as text. */
import type { Duplex } from "node:stream";
import type { HostError } from "./errors";

export interface RunOptions {
  /** For standard input: the way for anything secret, which no argument may hold. */
  input?: string | Uint8Array;
  /** @default 60 000 */
  timeoutMs?: number;
  /** Stops waiting; what the command has done by then is done. */
  signal?: AbortSignal;
  /** Values that no message may show. */
  secrets?: readonly string[];
}

export interface CommandResult {
  /** The command as messages show it: quoted, without secrets. */
  command: string;
  /** -1 when a signal ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/** A command that runs on a host for as long as it is talked with, line by line. */
export interface Conversation {
  /**
   * Sends a line and waits for the line that answers it; several at once are asked in turn. No answer in time ends the
   * conversation, since what came later would be taken for the answer to something else.
   *
   * @throws HostError that tells why it has ended
   */
  ask(line: string, timeoutMs: number): Promise<string>;
  /** Settles, with the reason, when it has ended. */
  readonly ended: Promise<HostError>;
  /** Ends the command's standard input, and waits for its end: 5 s, then it is left to itself. */
  close(): Promise<void>;
}

export interface Host {
  /** How messages name it, e.g. `root@10.77.0.11`. */
  readonly label: string;

  /**
   * Runs a program as root with `LC_ALL=C`; each argument arrives as it is.
   *
   * @throws CommandFailed or ToolMissing on an exit code other than 0; any HostError when the host cannot be used
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;

  /** Like {@link run}, but any exit code is an answer. Only a missing program still throws ToolMissing. */
  tryRun(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;

  /**
   * Starts a program as root with `LC_ALL=C` and keeps its standard input and output open.
   *
   * @param what how messages call it
   * @param signal stops waiting for the connection
   * @throws HostError when the host cannot be used
   */
  converse(argv: readonly string[], what: string, signal?: AbortSignal): Promise<Conversation>;

  /**
   * Opens a stream, as root, to what listens at a unix socket there. The connection to the host is in use until the
   * stream's "close", which comes once it has been read to its end.
   *
   * @param what how messages call it
   * @param signal stops waiting for the stream
   * @throws HostError when the host cannot be used, SocketClosed when it answered and nothing can be reached at the socket
   */
  openSocket(path: string, what: string, signal?: AbortSignal): Promise<Duplex>;
}
