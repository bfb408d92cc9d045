/**
 * Commands that only look, of all who ask one host at the same time, sent as one: what many guests need of a host costs
 * one command, and another for what has been asked meanwhile. Nothing is remembered: each question is asked anew.
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

const batches = new Batches<AskedCommand>(askAll);

/**
 * The same host, of which only what runs a program differs.
 *
 * A command that carries secrets, or whose input is no text, goes alone.
 */
export function askedTogether(host: RemoteHost): RemoteHost {
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
  return {
    key: host.key,
    label: host.label,
    ...(host.taken && { taken: host.taken }),
    tryRun,
    run: async (argv, options) => failedOnExitCode(host.label, await tryRun(argv, options)),
    converse: (argv, what, signal) => host.converse(argv, what, signal),
    openSocket: (path, what, signal) => host.openSocket(path, what, signal),
  };
}

async function askAll(host: RemoteHost, questions: readonly AskedCommand[], signal?: AbortSignal): Promise<void> {
  const separator = `=${randomUUID()}=`;
  const asked = questions.map(({ input, argv }, index) => quoteCommand(["ask", String(index + 1), input, ...argv]));
  const input = [functions, ...asked, quoteCommand(["answer", separator, String(questions.length)]), ""].join("\n");
  const timeoutMs = Math.max(...questions.map((question) => question.timeoutMs));
  try {
    const { stdout } = await host.run(["sh", "-e"], { input, timeoutMs, ...(signal && { signal }) });
    const parts = stdout.split(separator);
    if (parts.length !== 3 * questions.length + 1 || parts.at(-1) !== "") throw new AnswerIncomplete(host.label);
    for (const [index, { answered }] of questions.entries()) {
      const [code = "", out = "", err = ""] = parts.slice(3 * index);
      answered({ exitCode: Number(code), stdout: out, stderr: err });
    }
  } catch (error) {
    for (const { failed } of questions) failed(error as Error);
  }
}
