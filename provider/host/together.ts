/**
 * Commands to one host of all who have some at the same time, sent as one: what many guests need of a host costs one
 * command, and another for what has come meanwhile. Nothing is remembered: each is run anew, and each has its own result.
 */
import { randomUUID } from "node:crypto";
import { unlessAborted } from "../util/signals";
import { Batches, type Question } from "./batches";
import { quoteCommand } from "./command";
import { AnswerIncomplete } from "./errors";
import type { CommandResult, RemoteHost, RunOptions } from "./host";
import { failedOnExitCode, missingOnExitCode } from "./result";
import { scriptFile } from "./script";

const functions = scriptFile(__dirname, "ask-together.sh");

type Output = Pick<CommandResult, "exitCode" | "stdout" | "stderr">;

interface AskedCommand extends Question<Output> {
  input: string;
  argv: readonly string[];
  timeoutMs: number;
}

const questions = new Batches<AskedCommand>(askAll);
const acts = new Batches<AskedCommand>(askAll);

/**
 * The same host, for commands that only look. Of it only what runs a program differs.
 *
 * A command that carries secrets, or whose input is no text, goes alone.
 */
export const askedTogether = (host: RemoteHost): RemoteHost => together(host, questions);

/**
 * The same for commands that change something and end soon: each waits for those that are sent with it. Where the
 * connection breaks, each of them may have run.
 */
export const doneTogether = (host: RemoteHost): RemoteHost => together(host, acts);

/** Commands of a host that is wrapped twice would wait for themselves, and be quoted anew each time. */
const unwrapped = new WeakMap<RemoteHost, RemoteHost>();

function together(given: RemoteHost, batches: Batches<AskedCommand>): RemoteHost {
  const host = unwrapped.get(given) ?? given;
  const tryRun = async (argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> => {
    const { input = "", secrets = [], timeoutMs = 60_000, signal } = options;
    if (typeof input !== "string" || input.includes("\0") || secrets.length > 0) return host.tryRun(argv, options);
    const command = quoteCommand(argv);
    const start = performance.now();
    const answer = new Promise<Output>((answered, failed) =>
      batches.add(host, { input, argv, timeoutMs, signal, answered, failed }),
    );
    const result = { ...(await unlessAborted(answer, signal)), command };
    return missingOnExitCode(host.label, argv, { ...result, durationMs: Math.round(performance.now() - start) });
  };
  const wrapped: RemoteHost = {
    key: host.key,
    label: host.label,
    ...(host.taken && { taken: host.taken }),
    tryRun,
    run: async (argv, options) => failedOnExitCode(host.label, await tryRun(argv, options)),
    converse: (argv, what, signal) => host.converse(argv, what, signal),
    openSocket: (path, what, signal) => host.openSocket(path, what, signal),
  };
  unwrapped.set(wrapped, host);
  return wrapped;
}

async function askAll(host: RemoteHost, commands: readonly AskedCommand[], signal?: AbortSignal): Promise<void> {
  const [only, ...others] = commands;
  if (only && others.length === 0) {
    const { argv, input, timeoutMs, answered, failed } = only;
    return host.tryRun(argv, { input, timeoutMs, ...(signal && { signal }) }).then(answered, failed);
  }
  const separator = `=${randomUUID()}=`;
  const asked = commands.map(({ input, argv }, index) => quoteCommand(["ask", String(index + 1), input, ...argv]));
  const input = [functions, ...asked, quoteCommand(["answer", separator, String(commands.length)]), ""].join("\n");
  const timeoutMs = Math.max(...commands.map((one) => one.timeoutMs));
  try {
    const { stdout } = await host.run(["sh", "-e"], { input, timeoutMs, ...(signal && { signal }) });
    const parts = stdout.split(separator);
    if (parts.length !== 3 * commands.length + 1 || parts.at(-1) !== "") throw new AnswerIncomplete(host.label);
    for (const [index, { answered }] of commands.entries()) {
      const [code = "", out = "", err = ""] = parts.slice(3 * index);
      answered({ exitCode: Number(code), stdout: out, stderr: err });
    }
  } catch (error) {
    for (const { failed } of commands) failed(error as Error);
  }
}
