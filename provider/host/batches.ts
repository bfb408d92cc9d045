/**
 * Questions to hosts, put together: all that wait for the same host at one moment become one command, and what is asked
 * meanwhile becomes the next. Nothing is remembered: the command begins after each of its questions was asked.
 */
import { setMaxListeners } from "node:events";
import type { RemoteHost } from "./host";

export interface Question<Answer> {
  /** Of whoever asks; undefined: it waits for ever. */
  signal: AbortSignal | undefined;
  answered: (answer: Answer) => void;
  failed: (error: Error) => void;
}

interface Queue<Asked> {
  questions: Asked[];
  timer: NodeJS.Timeout | undefined;
  asking: number;
}

/** What is read of an answer has its limits. */
const maximumQuestions = 48;
/** Whoever asks is not kept longer by what others have asked before. */
const patienceMs = 2000;

export class Batches<Asked extends Question<never>> {
  /** By {@link RemoteHost.key}. */
  private readonly queues = new Map<string, Queue<Asked>>();

  /**
   * @param ask settles each question, and never throws. Its signal is aborted once nobody waits for an answer; undefined
   * when somebody always does
   */
  constructor(
    private readonly ask: (
      host: RemoteHost,
      questions: readonly Asked[],
      signal: AbortSignal | undefined,
    ) => Promise<void>,
  ) {}

  add(host: RemoteHost, question: Asked): void {
    const queue = this.queues.get(host.key) ?? { questions: [], timer: undefined, asking: 0 };
    this.queues.set(host.key, queue);
    queue.questions.push(question);
    queue.timer ??= setTimeout(() => this.askAll(host, queue), queue.asking === 0 ? 0 : patienceMs);
  }

  private askAll(host: RemoteHost, queue: Queue<Asked>): void {
    clearTimeout(queue.timer);
    queue.timer = undefined;
    while (queue.questions.length > 0) {
      queue.asking += 1;
      void this.askSome(host, queue.questions.splice(0, maximumQuestions)).finally(() => {
        queue.asking -= 1;
        if (queue.asking === 0) this.askAll(host, queue);
        if (queue.asking === 0 && queue.questions.length === 0) this.queues.delete(host.key);
      });
    }
  }

  private async askSome(host: RemoteHost, questions: readonly Asked[]): Promise<void> {
    const done = new AbortController();
    setMaxListeners(0, done.signal);
    const signals = questions.map(({ signal }) => signal);
    await this.ask(host, questions, onceAllAborted(signals, done.signal)).finally(() => done.abort());
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
