/**
 * Pure: sets keys in libvirtd.conf so that they can be taken out again with nothing but the file itself. Ours stand in
 * one block at the end; a line of somebody else's that would contradict them is commented out with a marker.
 *
 * @see https://libvirt.org/daemons.html
 */
import { appendLines } from "../../host/owned-lines";

/** A key and its value as libvirt writes it: `1`, `"0770"`, `["CN=a", "CN=b"]`. */
export type Setting = readonly [key: string, value: string];

const begin = "# BEGIN pulumi-kvm-live: these lines are written by Pulumi";
const end = "# END pulumi-kvm-live";
const hidden = "#pulumi-kvm-live# ";
/** How our first line ends when the file before it had no newline at its end. */
const unended = ", after a line without an end";
const created = `${begin}, and so is this file`;

/** @param text undefined when there is no such file */
export function withSettings(text: string | undefined, settings: readonly Setting[]): string {
  const own = withoutSettings(text);
  const keys = settings.map(([key]) => key);
  const kept = own === undefined ? "" : withHidden(own, keys);
  const lines = settings.map(([key, value]) => `${key} = ${value}`);
  return appendLines(kept, [own === undefined ? created : begin, ...lines, end], unended);
}

/** @returns the file as it was; undefined when there was none */
export function withoutSettings(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(begin));
  const length = from < 0 ? 0 : lines.slice(from).indexOf(end) + 1;
  if (from < 0 || length === 0) return lines.map(shown).join("\n");
  const rest = lines.slice(from + length).map(shown);
  const before = lines.slice(0, from).map(shown);
  if (lines[from] === created && before.length === 0 && rest.join("") === "") return undefined;
  const isUnended = lines[from] === `${begin}${unended}` && rest.join("") === "";
  return [...before, ...(isUnended ? [] : rest)].join("\n");
}

/** The value that counts for each key: libvirt takes the first of several. Lists are on one line here. */
export function activeSettings(text: string | undefined): Map<string, string> {
  const values = new Map<string, string>();
  for (const statement of statements((text ?? "").split("\n"))) {
    const [, key, value] = /^\s*(\w+)\s*=?\s*([\s\S]*)$/.exec(statement.lines.join(" ")) ?? [];
    if (statement.isActive && key && value !== undefined && !values.has(key)) values.set(key, value.trim());
  }
  return values;
}

const shown = (line: string) => (line.startsWith(hidden) ? line.slice(hidden.length) : line);

function withHidden(text: string, keys: readonly string[]): string {
  return statements(text.split("\n"))
    .flatMap(({ lines, isActive }) => {
      const key = /^\s*(\w+)/.exec(lines[0] ?? "")?.[1] ?? "";
      return isActive && keys.includes(key) ? lines.map((line) => `${hidden}${line}`) : lines;
    })
    .join("\n");
}

/** A list may go over several lines. */
function statements(lines: readonly string[]): { lines: string[]; isActive: boolean }[] {
  const all: { lines: string[]; isActive: boolean }[] = [];
  let isOpen = false;
  for (const line of lines) {
    const bare = line.replace(/"[^"]*"|'[^']*'/g, '""').replace(/#.*/, "");
    if (isOpen) all.at(-1)?.lines.push(line);
    else all.push({ lines: [line], isActive: /^\s*\w/.test(bare) });
    if (bare.includes("[")) isOpen = true;
    if (bare.includes("]")) isOpen = false;
  }
  return all;
}
