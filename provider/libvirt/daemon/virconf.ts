/**
 * Pure: the settings in libvirtd.conf, qemu.conf and their kin, as libvirt reads them.
 *
 * @see https://gitlab.com/libvirt/libvirt/-/blob/master/src/util/virconf.c
 */

export interface Statement {
  key: string;
  /** Always the same text for the same value: `1`, `"0770"`, `["CN=a", "CN=b"]`. */
  value: string;
  /** Lines of the text, counted from 0. */
  firstLine: number;
  lastLine: number;
}

export interface ParsedConf {
  statements: Statement[];
  /** Why libvirt reads no further; it does not start with such a file. */
  error?: { line: number; reason: string };
}

export function parseConf(text: string): ParsedConf {
  const reader = new Reader(text);
  const statements: Statement[] = [];
  try {
    for (let next = reader.statement(); next !== undefined; next = reader.statement()) statements.push(next);
    return { statements };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { statements, error: { line: reader.line + 1, reason: error.message } };
  }
}

class Unreadable extends Error {}

/** A value in one line, such as libvirt reads it again. */
function printed(text: string): string {
  if (!/["\r\n]/.test(text)) return `"${text}"`;
  return /['\r\n]/.test(text) ? `"""${text}"""` : `'${text}'`;
}

class Reader {
  private at = 0;
  private counted = { at: 0, lines: 0 };

  constructor(private readonly text: string) {}

  /** Where the reader is, counted from 0; it never goes back. */
  get line(): number {
    const { at, lines } = this.counted;
    this.counted = { at: this.at, lines: lines + this.text.slice(at, this.at).split("\n").length - 1 };
    return this.counted.lines;
  }

  statement(): Statement | undefined {
    while (!this.isAtEnd) {
      this.skip(/[ \t\r\n]*/y);
      if (!this.skip(/#[^\r\n]*/y)) return this.assignment();
      this.separator();
    }
    return undefined;
  }

  private get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  private assignment(): Statement {
    const firstLine = this.line;
    const key = this.take(/[A-Za-z][A-Za-z0-9_]*/y) ?? this.refuse("expecting a name");
    this.skip(/[ \t]*/y);
    if (!this.skip(/=/y)) this.refuse("expecting an assignment");
    const value = this.value();
    const lastLine = this.line;
    this.skip(/[ \t]*(#[^\r\n]*)?/y);
    this.separator();
    return { key, value, firstLine, lastLine };
  }

  /** Empty lines may follow it, but no second one. */
  private separator(): void {
    this.skip(/[ \t]*/y);
    if (!this.isAtEnd && !this.skip(/(;|[\r\n])[ \t\r\n]*/y)) this.refuse("expecting a separator");
  }

  private value(): string {
    this.skip(/[ \t]*/y);
    const number = this.take(/[+-]?[0-9]+/y);
    if (number !== undefined) return this.whole(BigInt(number.replace("+", "")));
    if (this.skip(/[+-]/y)) this.refuse("unterminated number");
    if (this.skip(/\[/y)) return this.list();
    // Six quotes at the very end are an empty string, and four quotes too many.
    if (this.text.length - this.at > 6 && this.text.startsWith('"""', this.at)) return this.longString();
    const quoted = this.take(/"[^"\r\n]*"|'[^'\r\n]*'/y);
    if (quoted !== undefined) return printed(quoted.slice(1, -1));
    return this.refuse(/["']/.test(this.text[this.at] ?? "") ? "unterminated string" : "expecting a value");
  }

  /** libvirt 11 refuses a number of more bits; before, it lost the upper ones. */
  private whole(number: bigint): string {
    if (number >= 2n ** 63n || number <= -(2n ** 63n)) this.refuse("numeric overflow in conf value");
    return String(number);
  }

  private longString(): string {
    const string = this.take(/"""[\s\S]*?"""/y);
    if (string !== undefined) return printed(string.slice(3, -3));
    this.at = this.text.length - 2;
    return this.refuse("unterminated string");
  }

  private list(): string {
    const values: string[] = [];
    for (;;) {
      this.skip(/[ \t\r\n]*/y);
      if (this.skip(/\]/y)) return `[${values.join(", ")}]`;
      if (this.isAtEnd) this.refuse("list is not closed with ]");
      if (values.length > 0) {
        if (!this.skip(/,[ \t\r\n]*/y)) this.refuse("expecting a separator in list");
        if (this.skip(/\]/y)) return `[${values.join(", ")}]`;
      }
      values.push(this.value());
    }
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private skip(pattern: RegExp): boolean {
    return (this.take(pattern) ?? "") !== "";
  }

  private refuse(reason: string): never {
    throw new Unreadable(reason);
  }
}
