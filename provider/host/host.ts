/** A host as the rest of the provider uses it: it runs argv arrays. */
import type { Duplex } from "node:stream";
import type { HostError } from "./errors";

export interface RunOptions {
  /** Standard input. Secrets go here, since arguments are visible to all users of the host. */
  input?: string | Uint8Array;
  /** @default 60 000 */
  timeoutMs?: number;
  /** Stops waiting. The command itself goes on. */
  signal?: AbortSignal;
  /** Values that are redacted in messages. */
  secrets?: readonly string[];
}

export interface CommandResult {
  /** The command for messages: quoted, without secrets. */
  command: string;
  /** -1 when a signal ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
  durationMs: number;
}

/** A running command on a host that answers line by line. */
export interface Conversation {
  /**
   * Sends a line and waits for the line that answers it; concurrent calls take turns. A missing answer ends the
   * conversation, since a late one would be taken for the answer to the next line.
   *
   * @throws HostError with the reason of the end
   */
  ask(line: string, timeoutMs: number): Promise<string>;
  /** Resolves with the reason when the conversation has ended. */
  readonly ended: Promise<HostError>;
  /** Closes the command's standard input and waits up to 5 s for its end. */
  close(): Promise<void>;
}

export interface RemoteHost {
  /** The same for all that reach the same host in the same way; not for messages, since it holds what lets in. */
  readonly key: string;
  /** Name in messages, e.g. `root@10.77.0.11`. */
  readonly label: string;

  /** Words that the stack's configuration and the user's of ssh have added to the program's, e.g. `port 2222 (~/.ssh/config:4)`. */
  readonly taken?: readonly string[];

  /**
   * Runs a program as root with `LC_ALL=C`; each argument arrives unchanged.
   *
   * @throws CommandFailed or ToolMissing on an exit code other than 0; any HostError when the host cannot be used
   */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;

  /** Like {@link run}, but any exit code is an answer. Only a missing program still throws ToolMissing. */
  tryRun(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;

  /**
   * Starts a program as root with `LC_ALL=C` and keeps its standard input and output open.
   *
   * @param what name in messages
   * @param signal stops waiting for the connection
   * @throws HostError when the host cannot be used
   */
  converse(argv: readonly string[], what: string, signal?: AbortSignal): Promise<Conversation>;

  /**
   * Opens a stream to a unix socket of the host, as root. The connection to the host is in use until the stream's
   * "close", which comes once the stream has been read to its end.
   *
   * @param what name in messages
   * @param signal stops waiting for the stream
   * @throws HostError when the host cannot be used, SocketClosed when the host answers that the socket cannot be reached
   */
  openSocket(path: string, what: string, signal?: AbortSignal): Promise<Duplex>;
}
