/**
 * Pure: what libvirt's daemons make of their command lines, as getopt_long(3) reads them.
 *
 * @see https://libvirt.org/manpages/libvirtd.html
 */

import type { Daemon } from "./flavours";

/** What counts for us. */
export interface DaemonOptions {
  /** Path of the configuration file; undefined for its own. */
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
const withValue = ["t", "f", "p"];

type Taken = readonly (readonly [name: string, short: string])[];

interface Given {
  option: string;
  value?: string;
}

/** @returns the word that the daemon does not take, and does not start with, instead */
export function daemonOptions(
  words: readonly string[],
  { hasListenOption }: Pick<Daemon, "hasListenOption">,
): DaemonOptions | { refused: string } {
  const taken = Object.entries(names).filter(([name]) => hasListenOption || name !== "listen");
  const given: Given[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--" && rest.length === 0) break;
    const parts = word.startsWith("--") ? longOption(word, taken) : shortOptions(word, taken);
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
function longOption(word: string, taken: Taken): Given[] | undefined {
  const [, cut = "", value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
  const all = taken.flatMap(([name]) => (name.startsWith(cut) ? [name] : []));
  const name = all.includes(cut) ? cut : all.length === 1 ? all[0] : undefined;
  const option = name === undefined ? undefined : names[name];
  if (cut === "" || option === undefined || (value !== undefined && !withValue.includes(option))) return undefined;
  return [{ option, ...(value !== undefined && { value }) }];
}

/** Several in one word; what follows one with a value is its value. */
function shortOptions(word: string, taken: Taken): Given[] | undefined {
  const given: Given[] = [];
  if (!/^-./s.test(word)) return undefined;
  for (let at = 1; at < word.length; at += 1) {
    const option = word[at] ?? "";
    if (!taken.some(([, short]) => short === option)) return undefined;
    const takesRest = withValue.includes(option) && at + 1 < word.length;
    given.push({ option, ...(takesRest && { value: word.slice(at + 1) }) });
    if (withValue.includes(option)) break;
  }
  return given;
}
