/**
 * Pure: what systemd starts a service with, from its unit and its environment files.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
 */

/** What systemd knows of a service's start. */
export interface ServiceStart {
  /** Words of each ExecStart, as the unit has them. */
  execStart: readonly (readonly string[])[];
  /** `NAME=value` of the unit itself; what stands later counts. */
  environment: readonly string[];
  /** Texts of its environment files; they come after it. */
  environmentFiles: readonly string[];
}

/** @returns the words of the first command, with their variables' values */
export function commandLine({ execStart, environment, environmentFiles }: ServiceStart): string[] {
  const all = [...environment, ...environmentFiles.flatMap(assignmentsIn)];
  const variables = new Map(all.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
  return (execStart[0] ?? []).flatMap((word) => expanded(word, variables));
}

/** `$NAME` as a word is as many words as its value has; `${NAME}` is a part of a word. */
function expanded(word: string, variables: ReadonlyMap<string, string>): string[] {
  if (/^\$[^{$]/.test(word)) return wordsOf(variables.get(word.slice(1)) ?? "");
  return [word.replace(/\$(?:\$|\{([^}]*)\})/g, (_, name?: string) => (name ? (variables.get(name) ?? "") : "$"))];
}

const word = /(?:'(?:\\[\s\S]|[^'\\])*'?|"(?:\\[\s\S]|[^"\\])*"?|\\[\s\S]?|[^\s'"\\])+/g;
const quotes = /'((?:\\[\s\S]|[^'\\])*)'?|"((?:\\[\s\S]|[^"\\])*)"?|(\\[\s\S]?|[^'"\\]+)/g;

const wordsOf = (text: string): string[] =>
  (text.match(word) ?? []).map((one) =>
    one
      .replace(quotes, (_, single = "", double = "", plain = "") => `${single}${double}${plain}`)
      .replace(/\\([\s\S]?)/g, "$1"),
  );

/**
 * The variables in an environment file, as `NAME=value`.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 */
function assignmentsIn(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const [start = "", name] = match(/\s*(?:[#;](?:\\[^\r\n]|[^\r\n])*|([^=\r\n#;][^=\r\n]*)=|[^=\r\n]*)/y, text, at);
    at += start.length;
    if (name === undefined) {
      at += 1;
      continue;
    }
    const { value, end } = valueAt(text, at);
    found.push(`${name.trim()}=${value}`);
    at = end;
  }
  return found;
}

/** Quoted parts, then perhaps one without quotes, in which quotes mean nothing. */
function valueAt(text: string, start: number): { value: string; end: number } {
  let value = "";
  let end = start;
  for (;;) {
    end += match(/[ \t]*/y, text, end)[0]?.length ?? 0;
    const [quoted, single, double] = match(/'([^']*)'?|"((?:\\[\s\S]|[^"\\])*)"?/y, text, end);
    if (quoted === undefined) break;
    end += quoted.length;
    value += single ?? unescapedInQuotes(double ?? "");
  }
  const [plain = ""] = match(/(?:\\[\s\S]|[^\\\r\n])*/y, text, end);
  const kept = plain.replace(/(?<!\\)[ \t]+$/, "");
  return {
    value: value + kept.replace(/\\([\s\S])/g, (_, one: string) => (/[\r\n]/.test(one) ? "" : one)),
    end: end + plain.length,
  };
}

const unescapedInQuotes = (text: string): string =>
  text.replace(/\\([\s\S])/g, (all, one: string) => (one === "\n" ? "" : /["\\`$]/.test(one) ? one : all));

function match(pattern: RegExp, text: string, at: number): (string | undefined)[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}
