/**
 * Pure: exports(5), the format of /etc/exports, of the files in /etc/exports.d, and of what `exportfs -s` prints.
 *
 * @see https://man7.org/linux/man-pages/man5/exports.5.html
 */
import { posix } from "node:path";
import { statedOptions } from "./export-options";
import { unescapeOctal } from "./octal-escapes";

/** A client and its options. */
export interface ExportClient {
  /** Host name, IP address, network, wildcard, `@` and a netgroup, or `*`. */
  client: string;
  /** Options of exports(5), e.g. `["rw", "no_root_squash"]`. */
  options: string[];
}

/** An export of one directory to one client. */
export interface ExportEntry extends ExportClient {
  path: string;
}

/** One line per client; `sync` and `no_subtree_check` are the defaults, and written out. */
export function printExports(path: string, clients: readonly ExportClient[]): string {
  return clients.map(({ client, options }) => `${path} ${client}(${statedOptions(options).join(",")})\n`).join("");
}

/**
 * All exports of a text, in any format that exports(5) allows. exportfs reads no further in a file than to what it does not
 * understand; what follows counts here, since it comes into force when that is mended.
 */
export function parseExports(text: string): ExportEntry[] {
  return logicalLines(text).flatMap((line) => {
    const [path, ...words] = wordsOf(line);
    return path === undefined ? [] : clientsOf(words).map((client) => ({ path: plainPath(path), ...client }));
  });
}

/** The kernel knows a directory by its path without slashes that say nothing; exportfs runs in the root directory. */
const plainPath = (path: string) => posix.resolve("/", path);

/** A backslash at the end continues a line, but not a comment. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let continues = false;
  for (const line of text.split("\n")) {
    const plain = withoutComment(line);
    const goesOn = plain === line && line.endsWith("\\");
    const part = goesOn ? line.slice(0, -1) : plain;
    lines.push(continues ? `${lines.pop()} ${part}` : part);
    continues = goesOn;
  }
  return lines;
}

function withoutComment(line: string): string {
  const comment = [...line.matchAll(wordPattern)].find(([word]) => word.startsWith("#"));
  return comment ? line.slice(0, comment.index) : line;
}

/**
 * A word that begins with `-` holds options for all clients after it, and what follows it is a client whatever it looks
 * like. Without a client an export is for everybody.
 */
function clientsOf(words: readonly string[]): ExportClient[] {
  const clients: ExportClient[] = [];
  const defaults: string[] = [];
  const rest = [...words];
  do {
    if (rest[0]?.startsWith("-")) defaults.push(...optionsOf(rest.shift()?.slice(1) ?? ""));
    const [, client = "", options = ""] = /^([^(]*)(?:\((.*?)\)?)?$/.exec(rest.shift() ?? "") ?? [];
    clients.push({ client: client === "" ? "*" : client, options: [...defaults, ...optionsOf(options)] });
  } while (rest.length > 0);
  return clients;
}

const optionsOf = (text: string) => text.split(",").filter((option) => option !== "");

/** A comment, or a word; quotes hold whitespace. */
const wordPattern = /#.*|(?:"[^"]*"?|[^\s"])+/g;

const wordsOf = (line: string): string[] =>
  (line.match(wordPattern) ?? []).map((word) => unescapeOctal(word.replaceAll('"', "")));
