/** The one door to child processes: argv arrays only, never a shell. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { quoteCommand } from "../provider/host/command";

export interface RunOptions {
  /** Text or bytes for standard input; nothing by default. */
  input?: string | Uint8Array;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the command with SIGKILL after this time, in milliseconds. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called with each line that the command prints on either stream, for progress. */
  onLine?: (line: string) => void;
}

export interface RunResult {
  command: string;
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** A command that did not end with exit code 0, with its result. */
export class CommandFailed extends Error implements RunResult {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(result: RunResult, reason = `exit code ${result.exitCode}`) {
    const said = [result.stderr.trimEnd(), result.stdout.trimEnd()].filter(Boolean).join("\n");
    super(`${result.command}: ${reason}${said ? `\n${lastLines(said, 20)}` : ""}`);
    this.name = "CommandFailed";
    this.command = result.command;
    this.exitCode = result.exitCode;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
  }
}

/**
 * Runs a command to its end.
 *
 * @throws CommandFailed when the exit code is not 0, the program cannot be started, or it timed out
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await runAnyway(argv, options);
  if (result.exitCode !== 0) throw new CommandFailed(result);
  return result;
}

/** Like {@link run}, but any exit code is an answer. */
export async function runAnyway(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { result, problem } = await collect(argv, options).ended;
  if (problem !== undefined) throw new CommandFailed(result, problem);
  return result;
}

/** A running command. */
export interface StartedCommand {
  pid: number;
  /** Sends a signal to it alone; nothing once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Resolves however the command ends; with the exit code -1 when by a signal. */
  done: Promise<RunResult>;
}

/** Starts a command without waiting for its end. @throws Error when the program cannot be started */
export function startCommand(argv: readonly string[], options: RunOptions = {}): StartedCommand {
  const { child, ended } = collect(argv, options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${quoteCommand(argv)} cannot be started.`);
  return { pid, signal: (name) => void child.kill(name), done: ended.then(({ result }) => result) };
}

/** Hands this terminal to a command; answers with its exit code. */
export function runAttached(
  argv: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = start(argv, { stdio: "inherit", ...options });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

function start(argv: readonly string[], options: SpawnOptions) {
  const [program = "", ...args] = argv;
  return spawn(program, args, options);
}

interface Ended {
  result: RunResult;
  /** Reason why it has no exit code of its own. */
  problem?: string;
}

function collect(argv: readonly string[], options: RunOptions): { child: ChildProcess; ended: Promise<Ended> } {
  const { cwd, env, timeoutMs, signal } = options;
  const child = start(argv, {
    stdio: "pipe",
    killSignal: "SIGKILL",
    ...(cwd !== undefined && { cwd }),
    ...(env && { env }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    ...(signal && { signal }),
  });
  const ended = new Promise<Ended>((resolve) => {
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
        const lines = (rest + chunk).split(/[\r\n]+/);
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      });
    }
    let problem: string | undefined;
    child.on("error", (error) => {
      problem = error.message;
    });
    child.on("close", (code, killedBy) => {
      if (killedBy)
        problem ??= killedBy === "SIGKILL" && timeoutMs ? `timed out after ${timeoutMs} ms` : `ended by ${killedBy}`;
      const result = { command: quoteCommand(argv), exitCode: code ?? -1, ...output };
      resolve(problem === undefined ? { result } : { result, problem });
    });
    // A command that ends without reading its input is judged by its exit code, not by a broken pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
  return { child, ended };
}

function lastLines(text: string, count: number): string {
  return text.split("\n").slice(-count).join("\n");
}
