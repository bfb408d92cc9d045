/** Lines to and from a command that runs as long as its streams are open. */
import { LineSplitter } from "../util/line-splitter";
import { pause } from "../util/pause";
import type { CommandStreams } from "./command-output";
import { ConversationEnded, type HostError, NoAnswer } from "./errors";
import type { Conversation } from "./host";

interface ConversationOptions {
  host: string;
  what: string;
  /** Error for an end without an exit code. */
  lost: () => HostError;
}

const goodbyeMs = 5000;

export class LineConversation implements Conversation {
  readonly ended: Promise<HostError>;
  private end: (reason: HostError) => void = () => {};
  private over: HostError | undefined;
  private readonly lines = new LineSplitter();
  private stderr = "";
  private waiting: ((line: string) => void) | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly streams: CommandStreams,
    private readonly options: ConversationOptions,
  ) {
    this.ended = new Promise((resolve) => {
      this.end = (reason) => {
        this.over ??= reason;
        resolve(this.over);
      };
    });
    let exitCode: number | null | undefined;
    streams.setEncoding("utf8").on("data", (text: string) => this.hear(text));
    streams.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-2000);
    });
    streams.on("exit", (code: number | null) => {
      exitCode = code;
    });
    streams.on("close", () => this.end(exitCode === undefined ? options.lost() : this.exited(exitCode)));
    streams.on("error", () => {}); // "close" follows
  }

  ask(line: string, timeoutMs: number): Promise<string> {
    const asked = this.turn.then(() => this.askNow(line, timeoutMs));
    this.turn = asked.catch(() => {});
    return asked;
  }

  async close(): Promise<void> {
    if (!this.over) this.streams.end();
    const said = new AbortController();
    void this.ended.then(() => said.abort());
    await pause(goodbyeMs, said.signal);
    this.giveUp(new ConversationEnded(this.options.host, this.options.what, "it was closed"));
  }

  private async askNow(line: string, timeoutMs: number): Promise<string> {
    if (this.over) throw this.over;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<string>((resolve) => {
      this.waiting = resolve;
    });
    this.streams.write(`${line}\n`);
    const { host, what } = this.options;
    timer = setTimeout(() => this.giveUp(new NoAnswer(host, what, timeoutMs)), timeoutMs);
    const failed = this.ended.then((reason) => Promise.reject(reason));
    return Promise.race([answer, failed]).finally(() => clearTimeout(timer));
  }

  private hear(text: string): void {
    if (this.over) return;
    const { host, what } = this.options;
    const lines = this.lines.push(text);
    if (lines === undefined) this.giveUp(new ConversationEnded(host, what, "its answer has no end"));
    for (const line of lines ?? []) {
      this.waiting?.(line);
      this.waiting = undefined;
    }
  }

  private giveUp(reason: HostError): void {
    if (this.over) return;
    this.end(reason);
    this.streams.close();
  }

  private exited(code: number | null): HostError {
    const { host, what } = this.options;
    const how = code === null ? "it was ended by a signal" : `it ended with exit code ${code}`;
    const said = this.stderr.trim();
    return new ConversationEnded(host, what, said ? `${how} (${said})` : how);
  }
}
