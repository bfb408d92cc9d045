/** What the rest of the provider sees of a host: commands as argv arrays, files as text. */

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
}
