/**
 * Pure: sets keys in libvirtd.conf so that they can be taken out again with nothing but the file itself. Ours stand in
 * one block at the end; a line of somebody else's that would contradict them is commented out with a marker.
 *
 * @see https://libvirt.org/daemons.html
 */
import { appendLines } from "../../host/owned-lines";
import { parseConf, type Statement } from "./virconf";

/** A key and its value as libvirt writes it: `1`, `"0770"`, `["CN=a", "CN=b"]`. */
export type Setting = readonly [key: string, value: string];

const begin = "# BEGIN pulumi-kvm-live: these lines are written by Pulumi";
const end = "# END pulumi-kvm-live";
const hidden = "#pulumi-kvm-live# ";
const rewritten = " # pulumi-kvm-live: from the line above";
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
  if (from < 0 || length === 0) return lines.flatMap(shown).join("\n");
  const rest = lines.slice(from + length).flatMap(shown);
  const before = lines.slice(0, from).flatMap(shown);
  if (lines[from] === created && before.length === 0 && rest.join("") === "") return undefined;
  const isUnended = lines[from] === `${begin}${unended}` && rest.join("") === "";
  return [...before, ...(isUnended ? [] : rest)].join("\n");
}

/** The value that counts for each key: libvirt takes the first of several. */
export function activeSettings(text: string | undefined): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, value } of parseConf(text ?? "").statements) if (!values.has(key)) values.set(key, value);
  return values;
}

/** To libvirt a carriage return ends a line, too, and so a comment. */
const commentedOut = (line: string): string => `${hidden}${line.replaceAll(/\r(?!$)/g, `\r${hidden}`)}`;

/** A line of the file as it was; none for what was written again. */
const shown = (line: string): string[] => {
  if (line.startsWith(hidden)) return [line.slice(hidden.length).replaceAll(`\r${hidden}`, "\r")];
  return line.endsWith(rewritten) ? [] : [line];
};

/** Settings that share a line with one that is hidden are hidden with it, and written again below. */
function withHidden(text: string, keys: readonly string[]): string {
  const isHidden = ({ key }: Statement) => keys.includes(key);
  const groups = sharingLines(parseConf(text).statements).filter((group) => group.some(isHidden));
  const lastLines = new Map(groups.map((group) => [group.at(-1)?.lastLine, group]));
  const hiddenLines = new Set(groups.flat().flatMap(linesOf));
  return text
    .split("\n")
    .flatMap((line, index) => {
      const again = (lastLines.get(index) ?? []).filter((one) => !isHidden(one));
      return [
        hiddenLines.has(index) ? commentedOut(line) : line,
        ...again.map(({ key, value }) => `${key} = ${value}${rewritten}`),
      ];
    })
    .join("\n");
}

/** A value may begin in the line that another one ends in. */
function sharingLines(statements: readonly Statement[]): Statement[][] {
  const groups: Statement[][] = [];
  for (const one of statements) {
    const last = groups.at(-1);
    if (last && (last.at(-1)?.lastLine ?? -1) >= one.firstLine) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

const linesOf = ({ firstLine, lastLine }: Statement): number[] =>
  Array.from({ length: lastLine - firstLine + 1 }, (_, index) => firstLine + index);
