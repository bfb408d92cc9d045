/** Sessions of QMP, QEMU's monitor protocol. @see https://www.qemu.org/docs/master/interop/qmp-spec.html */
import type { Duplex } from "node:stream";
import { SocketClosed } from "../../host/errors";
import type { RemoteHost } from "../../host/host";
import { LineSplitter } from "../../util/line-splitter";
import { oneLine } from "../../util/printable";
import { unlessAborted } from "../../util/signals";
import { MonitorClosed, MonitorTimedOut, QmpError } from "../errors";

export interface Qmp {
  /**
   * Asks QEMU for one thing; several may be asked for at once.
   *
   * @throws QmpError when QEMU refuses, MonitorSilent or MonitorClosed when it does not answer
   */
  execute<T = unknown>(command: string, args?: Record<string, unknown>): Promise<T>;
}

export interface QmpOptions {
  /** Ends the session; commands that QEMU has received may still take effect. */
  signal?: AbortSignal;
  /** Timeout of the greeting, per socket. @default 10 000 */
  greetingMs?: number;
  /** Timeout of an answer, per command. @default 30 000 */
  answerMs?: number;
}

/**
 * Opens a session on the first of these sockets that greets, runs `work` and closes it.
 *
 * QEMU serves one client per socket: it accepts the next one, but greets it only when the first has left. A client
 * whose machine has vanished may stay for hours, so there are several sockets.
 *
 * @param sockets all QMP sockets of one QEMU
 * @param label name of the QEMU in messages
 * @throws SocketClosed when all sockets refuse, MonitorTimedOut when none greets
 */
export async function withQmp<T>(
  host: RemoteHost,
  sockets: readonly string[],
  label: string,
  work: (qmp: Qmp) => Promise<T>,
  options: QmpOptions = {},
): Promise<T> {
  const { signal, greetingMs = 10_000, answerMs = 30_000 } = options;
  const refusals: SocketClosed[] = [];
  for (const path of sockets) {
    const stream = await host.openSocket(path, label, signal).catch((error: Error) => {
      if (!(error instanceof SocketClosed)) throw error;
      refusals.push(error); // perhaps its backlog is full
    });
    if (!stream) continue;
    const session = new Session(stream, host.label, label, answerMs);
    try {
      if (await unlessAborted(session.awaitGreeting(greetingMs), signal))
        return await unlessAborted(negotiated(session, work), signal);
    } finally {
      session.close();
    }
  }
  const [refusal] = refusals;
  if (refusal && refusals.length === sockets.length) throw refusal;
  throw new MonitorTimedOut(host.label, label, `greeting at ${sockets.join(", ")}`, greetingMs);
}

/** Negotiates capabilities first: QEMU takes no other command before. */
async function negotiated<T>(session: Session, work: (qmp: Qmp) => Promise<T>): Promise<T> {
  await session.execute("qmp_capabilities");
  return work(session);
}

/** A line from QEMU: the greeting, an event or an answer. */
interface Message {
  QMP?: unknown;
  id?: number;
  return?: unknown;
  error?: { class: string; desc: string };
}

interface PendingMessage {
  resolve: (message: Message | undefined) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

class Session implements Qmp {
  private readonly pending = new Map<number | "greeting", PendingMessage>();
  private lastId = 0;
  private readonly lines = new LineSplitter();
  private endReason: Error | undefined;

  constructor(
    private readonly stream: Duplex,
    private readonly host: string,
    private readonly label: string,
    private readonly answerMs: number,
  ) {
    const end = () => this.end(new MonitorClosed(host, label));
    stream.setEncoding("utf8").on("data", (text: string) => this.receive(text));
    stream.on("end", end).on("close", end);
    stream.on("error", () => {}); // "close" follows
  }

  async awaitGreeting(timeoutMs: number): Promise<boolean> {
    return (await this.awaitMessage("greeting", timeoutMs)) !== undefined;
  }

  async execute<T = unknown>(command: string, args?: Record<string, unknown>): Promise<T> {
    if (this.endReason) throw this.endReason;
    this.lastId += 1;
    const answered = this.awaitMessage(this.lastId, this.answerMs);
    this.stream.write(`${JSON.stringify({ execute: command, arguments: args, id: this.lastId })}\n`);
    const answer = await answered;
    if (!answer) throw new MonitorTimedOut(this.host, this.label, `answer to ${command}`, this.answerMs);
    if (answer.error) throw new QmpError(this.host, this.label, command, answer.error.class, answer.error.desc);
    return answer.return as T;
  }

  close(): void {
    this.end(new MonitorClosed(this.host, this.label, "the session was closed"));
    this.stream.end();
    this.stream.destroy();
  }

  /** @returns undefined when the message has not come in time */
  private awaitMessage(key: number | "greeting", timeoutMs: number): Promise<Message | undefined> {
    return new Promise((resolve, reject) => {
      if (this.endReason) return reject(this.endReason);
      const timer = setTimeout(() => this.takePending(key)?.resolve(undefined), timeoutMs);
      this.pending.set(key, { resolve, reject, timer });
    });
  }

  private takePending(key: number | "greeting"): PendingMessage | undefined {
    const pending = this.pending.get(key);
    this.pending.delete(key);
    clearTimeout(pending?.timer);
    return pending;
  }

  private receive(text: string): void {
    if (this.endReason) return;
    const lines = this.lines.push(text);
    if (lines === undefined) this.end(new MonitorClosed(this.host, this.label, "it sent a line without an end"));
    for (const line of (lines ?? []).filter((each) => each.trim() !== "")) {
      const message = parseMessage(line);
      if (!message)
        this.end(new MonitorClosed(this.host, this.label, `it sent something that is not QMP: ${oneLine(line, 100)}`));
      else if (message.QMP) this.takePending("greeting")?.resolve(message);
      else if (message.id !== undefined) this.takePending(message.id)?.resolve(message); // events have no id
    }
  }

  private end(reason: Error): void {
    this.endReason ??= reason;
    for (const key of [...this.pending.keys()]) this.takePending(key)?.reject(this.endReason);
  }
}

function parseMessage(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
