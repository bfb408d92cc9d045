/** Pure: breaks text between words, so that it fits a narrow terminal. */

/** @param indent before every line but the first, which has its own in `text` */
export function wrapped(text: string, columns: number, indent = ""): string {
  if (!Number.isFinite(columns)) return text;
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? "";
  let isEmpty = true;
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const longer = isEmpty ? `${line}${word}` : `${line} ${word}`;
    if (isEmpty || visibleWidth(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are such
const colours = /\u001b\[\d+m/g;

/** Of its longest line, in characters; colours do not count. */
export const visibleWidth = (text: string): number =>
  Math.max(...text.split("\n").map((line) => line.replace(colours, "").length));
