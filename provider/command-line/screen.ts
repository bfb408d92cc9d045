/** Where a command prints: a terminal of some width, or a pipe, which gets neither colours nor what would be overwritten. */
import { printable } from "../util/printable";

/** The part of a stream of `process` that is used. */
export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export type Colour = "red" | "yellow" | "green" | "dim" | "bold";

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** What claims to be narrower is taken for this wide. */
const leastWidth = 40;

export class Screen {
  constructor(
    private readonly out: Stream,
    private readonly err: Stream,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {}

  /** A person looks on, as far as anybody can tell. */
  get isTerminal(): boolean {
    return this.out.isTTY === true;
  }

  /** Number of characters in a line; in a pipe there is no limit. */
  get columns(): number {
    return this.isTerminal ? Math.max(leastWidth, this.out.columns ?? 80) : Number.POSITIVE_INFINITY;
  }

  /** @see https://no-color.org */
  readonly paint = (colour: Colour, text: string): string => {
    if (!this.isTerminal || this.environment.NO_COLOR || this.environment.TERM === "dumb") return text;
    const [on, off] = codes[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };

  print(text: string): void {
    this.out.write(`${text}\n`);
  }

  /** What was on the terminal before is overwritten; in a pipe one text follows the other. */
  redraw(text: string): void {
    this.print(this.isTerminal ? `\u001b[H\u001b[2J${text}` : `${text}\n`);
  }

  /** For machines: one line a value, so that values can follow one another. */
  printJson(value: unknown): void {
    this.print(JSON.stringify(value));
  }

  /** On standard error, whoever reads standard output. */
  complain(message: string): void {
    this.err.write(`${printable(message)}\n`);
  }

  /** Said while hosts are asked, and gone afterwards; in a pipe nobody is told. @returns what takes it away */
  waitFor(message: string): () => void {
    if (!this.isTerminal || this.err.isTTY !== true) return () => {};
    this.err.write(`${this.paint("dim", printable(message))}`);
    return () => void this.err.write("\r\u001b[2K");
  }
}
