/**
 * Pure: mends lines of a guest's log that were torn by NFS. A client appends where it believes the end to be. When the
 * server has been silent, the destination's first byte can land where the log ended when it opened it: one line there
 * has a strange byte, and one lacks it. The counting before and after such a place is the same one.
 */

/** A second guest would write more than this. */
const atMost = { lines: 2, places: 2 };

export function mendLog(written: string): { log: string; torn: number } {
  const lines = written.split("\n");
  const mended: string[] = [];
  let torn = 0;
  for (let index = 0; index < lines.length - 1; index++) {
    const before = Number(mended.at(-1) ?? 0);
    const next = torn < atMost.places && isTorn(lines[index], before) ? goesOnAfter(lines, index, before) : undefined;
    if (next === undefined) mended.push(lines[index] ?? "");
    else {
      for (let number = before + 1; number < Number(lines[next]); number++) mended.push(String(number));
      torn++;
      index = next - 1;
    }
  }
  return { log: [...mended, lines.at(-1)].join("\n"), torn };
}

const isTorn = (line: string | undefined, before: number) => line !== String(before + 1);

/** Where the counting goes on, with nothing but the torn lines' own numbers between. */
function goesOnAfter(lines: readonly string[], index: number, before: number): number | undefined {
  for (let next = index + 1; next <= index + atMost.lines; next++) {
    const ahead = Number(lines[next]) - before;
    if (ahead >= 2 && ahead <= atMost.lines + 1) return next;
  }
  return undefined;
}
