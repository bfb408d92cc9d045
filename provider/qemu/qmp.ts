/** QMP, by which QEMU is asked: https://www.qemu.org/docs/master/interop/qmp-spec.html */
import type { Duplex } from "node:stream";
import { SocketClosed } from "../host/errors";
import type { Host } from "../host/host";
import { oneLine } from "../util/one-line";
import { unlessAborted } from "../util/signals";
import { MonitorClosed, MonitorTimedOut, QmpError } from "./errors";

export interface Qmp {
  /**
   * Asks QEMU for one thing; several may be asked for at once.
   *
   * @throws QmpError when QEMU refuses, MonitorSilent or MonitorClosed when it does not answer
   */
  execute<T = unknown>(command: string, args?: Record<string, unknown>): Promise<T>;
}

export interface QmpOptions {
  /** Ends the session; what QEMU has done by then is done. */
  signal?: AbortSignal;
  /** For each socket. @default 10 000 */
  greetingMs?: number;
  /** For each command. @default 30 000 */
  answerMs?: number;
}

/**
 * Opens a session on the first of these sockets that greets, runs `work` and closes it.
 *
 * QEMU serves one client a socket: the next one is connected and not greeted until the first has left. One whose machine
 * has vanished may stay for hours, so there are several sockets.
 *
 * @param sockets all of one QEMU
 * @param what how messages call it
 * @throws SocketClosed when all refuse, MonitorSilent when none greets
 */
export async function withQmp<T>(
  host: Host,
  sockets: readonly string[],
  what: string,
  work: (qmp: Qmp) => Promise<T>,
  options: QmpOptions = {},
): Promise<T> {
  const { signal, greetingMs = 10_000, answerMs = 30_000 } = options;
  const refusals: SocketClosed[] = [];
  for (const path of sockets) {
    const stream = await host.openSocket(path, what, signal).catch((error: Error) => {
      if (!(error instanceof SocketClosed)) throw error;
      refusals.push(error); // too many wait there already, perhaps
    });
    if (!stream) continue;
    const session = new Session(stream, host.label, what, answerMs);
    try {
      if (await unlessAborted(session.greets(greetingMs), signal))
        return await unlessAborted(negotiated(session, work), signal);
    } finally {
      session.close();
    }
  }
  const [refusal] = refusals;
  if (refusal && refusals.length === sockets.length) throw refusal;
  throw new MonitorTimedOut(host.label, what, `greeting at ${sockets.join(", ")}`, greetingMs);
}

/** QEMU takes no command before. */
async function negotiated<T>(session: Session, work: (qmp: Qmp) => Promise<T>): Promise<T> {
  await session.execute("qmp_capabilities");
  return work(session);
}

/** One of: the greeting, an event, an answer. */
interface Message {
  QMP?: unknown;
  id?: number;
  return?: unknown;
  error?: { class: string; desc: string };
}

interface Waiting {
  hear: (message: Message | undefined) => void;
  fail: (error: Error) => void;
  timer: NodeJS.Timeout;
}

class Session implements Qmp {
  private readonly waiting = new Map<number | "greeting", Waiting>();
  private lastId = 0;
  private rest = "";
  private over: Error | undefined;

  constructor(
    private readonly stream: Duplex,
    private readonly host: string,
    private readonly what: string,
    private readonly answerMs: number,
  ) {
    const end = () => this.end(new MonitorClosed(host, what));
    stream.setEncoding("utf8").on("data", (text: string) => this.hear(text));
    stream.on("end", end).on("close", end);
    stream.on("error", () => {}); // "close" follows
  }

  async greets(timeoutMs: number): Promise<boolean> {
    return (await this.next("greeting", timeoutMs)) !== undefined;
  }

  async execute<T = unknown>(command: string, args?: Record<string, unknown>): Promise<T> {
    if (this.over) throw this.over;
    this.lastId += 1;
    const answered = this.next(this.lastId, this.answerMs);
    this.stream.write(`${JSON.stringify({ execute: command, arguments: args, id: this.lastId })}\n`);
    const answer = await answered;
    if (!answer) throw new MonitorTimedOut(this.host, this.what, `answer to ${command}`, this.answerMs);
    if (answer.error) throw new QmpError(this.host, this.what, command, answer.error.class, answer.error.desc);
    return answer.return as T;
  }

  close(): void {
    this.end(new MonitorClosed(this.host, this.what, "the session was closed"));
    this.stream.end();
    this.stream.destroy();
  }

  /** @returns undefined when it has not come in time */
  private next(key: number | "greeting", timeoutMs: number): Promise<Message | undefined> {
    return new Promise((hear, fail) => {
      if (this.over) return fail(this.over);
      const timer = setTimeout(() => this.take(key)?.hear(undefined), timeoutMs);
      this.waiting.set(key, { hear, fail, timer });
    });
  }

  private take(key: number | "greeting"): Waiting | undefined {
    const waiting = this.waiting.get(key);
    this.waiting.delete(key);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines.filter((each) => each.trim() !== "")) {
      const message = messageIn(line);
      if (!message) this.end(new MonitorClosed(this.host, this.what, `it said what is not QMP: ${oneLine(line, 100)}`));
      else if (message.QMP) this.take("greeting")?.hear(message);
      else if (message.id !== undefined) this.take(message.id)?.hear(message); // an event has none
    }
  }

  private end(reason: Error): void {
    this.over ??= reason;
    for (const key of [...this.waiting.keys()]) this.take(key)?.fail(this.over);
  }
}

function messageIn(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
