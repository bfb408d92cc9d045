/**
 * Commands that only look, of all who ask one host at the same time, sent as one: what many guests need of a host costs
 * one command, and another for what has been asked meanwhile. Nothing is remembered: each question is asked anew.
 */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { unlessAborted } from "../util/signals";
import { quoteCommand } from "./command";
import { AnswerIncomplete } from "./errors";
import type { CommandResult, RemoteHost, RunOptions } from "./host";
import { failedOnExitCode, missingOnExitCode } from "./result";
import { scriptFile } from "./script";

const functions = scriptFile(__dirname, "ask-together.sh");

/** What is read of an answer has its limits. */
const maximumQuestions = 48;
/** Whoever asks is not kept longer by what others have asked before. */
const patienceMs = 2000;

interface Question {
  input: string;
  argv: readonly string[];
  timeoutMs: number;
  signal: AbortSignal | undefined;
  answered: (result: Pick<CommandResult, "exitCode" | "stdout" | "stderr">) => void;
  failed: (error: Error) => void;
}

interface Queue {
  questions: Question[];
  timer: NodeJS.Timeout | undefined;
  asking: number;
}

/** By {@link RemoteHost.key}. */
const queues = new Map<string, Queue>();

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
    const answer = new Promise<Pick<CommandResult, "exitCode" | "stdout" | "stderr">>((answered, failed) =>
      enqueue(host, { input, argv, timeoutMs, signal, answered, failed }),
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

function enqueue(host: RemoteHost, question: Question): void {
  const queue = queues.get(host.key) ?? { questions: [], timer: undefined, asking: 0 };
  queues.set(host.key, queue);
  queue.questions.push(question);
  queue.timer ??= setTimeout(() => askAll(host, queue), queue.asking === 0 ? 0 : patienceMs);
}

function askAll(host: RemoteHost, queue: Queue): void {
  clearTimeout(queue.timer);
  queue.timer = undefined;
  while (queue.questions.length > 0) {
    queue.asking += 1;
    void ask(host, queue.questions.splice(0, maximumQuestions)).finally(() => {
      queue.asking -= 1;
      if (queue.asking === 0) askAll(host, queue);
      if (queue.asking === 0 && queue.questions.length === 0) queues.delete(host.key);
    });
  }
}

async function ask(host: RemoteHost, questions: readonly Question[]): Promise<void> {
  const separator = `=${randomUUID()}=`;
  const asked = questions.map(({ input, argv }, index) => quoteCommand(["ask", String(index + 1), input, ...argv]));
  const input = [functions, ...asked, quoteCommand(["answer", separator, String(questions.length)]), ""].join("\n");
  const timeoutMs = Math.max(...questions.map((question) => question.timeoutMs));
  const done = new AbortController();
  setMaxListeners(0, done.signal);
  try {
    const signals = questions.map((question) => question.signal);
    const signal = onceAllAborted(signals, done.signal);
    const { stdout } = await host.run(["sh", "-e"], { input, timeoutMs, ...(signal && { signal }) });
    const parts = stdout.split(separator);
    if (parts.length !== 3 * questions.length + 1 || parts.at(-1) !== "") throw new AnswerIncomplete(host.label);
    for (const [index, { answered }] of questions.entries()) {
      const [code = "", out = "", err = ""] = parts.slice(3 * index);
      answered({ exitCode: Number(code), stdout: out, stderr: err });
    }
  } catch (error) {
    for (const { failed } of questions) failed(error as Error);
  } finally {
    done.abort();
  }
}

/** @param done ends the listening. @returns undefined when one of them never is */
function onceAllAborted(signals: readonly (AbortSignal | undefined)[], done: AbortSignal): AbortSignal | undefined {
  const each = new Set(signals);
  if (each.has(undefined)) return undefined;
  const controller = new AbortController();
  let waiting = each.size;
  for (const signal of each as Set<AbortSignal>) {
    const leave = () => {
      waiting -= 1;
      if (waiting === 0) controller.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true, signal: done });
  }
  return controller.signal;
}
