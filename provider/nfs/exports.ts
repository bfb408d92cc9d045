/**
 * Pure: exports(5), the format of /etc/exports, of the files in /etc/exports.d, and of what `exportfs -s` prints.
 *
 * @see https://man7.org/linux/man-pages/man5/exports.5.html
 */
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
  const lines = text.replaceAll("\\\n", " ").split("\n");
  return lines.flatMap((line) => {
    const [path, ...words] = wordsOf(line);
    return path === undefined ? [] : clientsOf(words).map((client) => ({ path: unescapeOctal(path), ...client }));
  });
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

/** Words of a line up to a comment; quotes hold whitespace. */
function wordsOf(line: string): string[] {
  const words = line.match(/#.*|(?:"[^"]*"?|[^\s"])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith("#"));
  return (comment < 0 ? words : words.slice(0, comment)).map((word) => word.replaceAll('"', ""));
}
