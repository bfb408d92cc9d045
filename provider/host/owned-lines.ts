/**
 * Pure: our lines at the end of a text that others write to as well, so that taking them out gives back the text as it
 * was. What was special about its end is noted in our first line, since nothing else is left when the state is lost.
 */

/**
 * Appends lines, beginning on a line of their own.
 *
 * @param lines at least one
 * @param unended how our first line ends when the text before it has no newline at its end
 */
export function appendLines(text: string, lines: readonly string[], unended: string): string {
  const [first = "", ...rest] = lines;
  if (text === "" || text.endsWith("\n")) return `${text}${[first, ...rest].join("\n")}\n`;
  return `${text}\n${[`${first}${unended}`, ...rest].join("\n")}\n`;
}

/**
 * Takes lines out, and the newline that was added before them.
 *
 * @param isOwn says it of each line, with its note if it has one
 * @param inheritsNote whether a line that follows ours is another owner's of the same kind, and keeps the note for us
 */
export function removeLines(
  text: string,
  isOwn: (line: string, index: number) => boolean,
  unended: string,
  inheritsNote: (line: string) => boolean = () => false,
): string {
  const lines = text.split("\n");
  const kept = lines.filter((line, index) => !isOwn(line, index));
  const at = lines.findIndex(isOwn);
  if (at < 0 || !lines[at]?.endsWith(unended)) return kept.join("\n");
  const [next = "", ...others] = kept.slice(at);
  if (next === "" && others.length === 0) return kept.slice(0, at).join("\n");
  return kept.with(at, inheritsNote(next) ? `${next}${unended}` : next).join("\n");
}

/** A line of ours without its note. */
export const withoutNote = (line: string, unended: string): string =>
  line.endsWith(unended) ? line.slice(0, -unended.length) : line;
