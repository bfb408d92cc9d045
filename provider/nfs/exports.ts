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

/** All exports of a text, in any format that exports(5) allows. */
export function parseExports(text: string): ExportEntry[] {
  return logicalLines(text).flatMap((line) => {
    const [path, ...words] = wordsOf(line);
    return path === undefined
      ? []
      : clientsOf(words).map((client) => ({ path: plainPath(unescapeOctal(path)), ...client }));
  });
}

/** The kernel knows a directory by its path without slashes that say nothing. */
const plainPath = (path: string) => (path.startsWith("/") ? posix.normalize(path).replace(/(?<=.)\/$/, "") : path);

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

/** A word that begins with `-` holds options for the clients after it; one without a client is for everybody. */
function clientsOf(words: readonly string[]): ExportClient[] {
  let defaults: string[] = [];
  const clients: ExportClient[] = [];
  for (const word of words) {
    if (word.startsWith("-")) {
      defaults = optionsOf(word.slice(1));
      continue;
    }
    const [, client = "", options = ""] = /^([^(]*)(?:\((.*?)\)?)?$/.exec(word) ?? [];
    clients.push({ client: client === "" ? "*" : client, options: [...defaults, ...optionsOf(options)] });
  }
  return clients.length > 0 || words.length > 0 ? clients : [{ client: "*", options: [] }];
}

const optionsOf = (text: string) => text.split(",").filter((option) => option !== "");

/** A comment, or a word; quotes hold whitespace. */
const wordPattern = /#.*|(?:"[^"]*"?|[^\s"])+/g;

const wordsOf = (line: string): string[] => (line.match(wordPattern) ?? []).map((word) => word.replaceAll('"', ""));
