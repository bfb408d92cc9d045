/**
 * Pure: what libvirtd makes of its command line, as getopt_long(3) reads it for it.
 *
 * @see https://libvirt.org/manpages/libvirtd.html
 */

/** What counts for us. */
export interface DaemonOptions {
  /** Path of the configuration file; undefined for libvirtd's own. */
  config?: string;
  /** Opens its ports by itself, without systemd's sockets. */
  listens: boolean;
}

/** Long names, with the short one of each. */
const names: Readonly<Record<string, string>> = {
  help: "h",
  verbose: "v",
  daemon: "d",
  listen: "l",
  timeout: "t",
  config: "f",
  "pid-file": "p",
  version: "V",
};
const known = Object.values(names);
const withValue = ["t", "f", "p"];

interface Given {
  option: string;
  value?: string;
}

/** @returns the word that libvirtd does not take, and does not start with, instead */
export function libvirtdOptions(words: readonly string[]): DaemonOptions | { refused: string } {
  const given: Given[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--" && rest.length === 0) break;
    const parts = word.startsWith("--") ? longOption(word) : shortOptions(word);
    const last = parts?.at(-1);
    if (!parts || !last) return { refused: word };
    const lacksValue = withValue.includes(last.option) && last.value === undefined;
    if (lacksValue && rest.length === 0) return { refused: word };
    if (lacksValue) last.value = rest.shift() ?? "";
    given.push(...parts);
  }
  const config = given.findLast(({ option }) => option === "f")?.value;
  return { listens: given.some(({ option }) => option === "l"), ...(config !== undefined && { config }) };
}

/** A name may be cut where it is still the only one. */
function longOption(word: string): Given[] | undefined {
  const [, cut = "", value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
  const all = Object.keys(names).filter((name) => name.startsWith(cut));
  const name = all.includes(cut) ? cut : all.length === 1 ? all[0] : undefined;
  const option = name === undefined ? undefined : names[name];
  if (cut === "" || option === undefined || (value !== undefined && !withValue.includes(option))) return undefined;
  return [{ option, ...(value !== undefined && { value }) }];
}

/** Several in one word; what follows one with a value is its value. */
function shortOptions(word: string): Given[] | undefined {
  const given: Given[] = [];
  if (!/^-./s.test(word)) return undefined;
  for (let at = 1; at < word.length; at += 1) {
    const option = word[at] ?? "";
    if (!known.includes(option)) return undefined;
    const takesRest = withValue.includes(option) && at + 1 < word.length;
    given.push({ option, ...(takesRest && { value: word.slice(at + 1) }) });
    if (withValue.includes(option)) break;
  }
  return given;
}
