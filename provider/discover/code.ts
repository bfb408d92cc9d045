/** Pure: values, names and comments as TypeScript. What others have named cannot leave its quotes or its comment. */
import { oneLine } from "../util/printable";

/** Invisible characters are spelled out: they would turn around what is read. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cf}\p{Cs}\u007f-\u009f\u2028\u2029]/gu,
    (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`,
  );

/** Code that stands as it is where a value is expected. */
export class Code {
  constructor(readonly text: string) {}
}

export type Value = Code | string | number | boolean | readonly Value[] | { readonly [key: string]: Value | undefined };

const width = 118;

/** @param indent of the line that it begins on */
export function code(value: Value, indent = "", taken = 0): string {
  if (value instanceof Code) return value.text;
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  const isList = Array.isArray(value);
  const parts = (deeper: string): string[] =>
    isList
      ? value.map((one: Value) => code(one, deeper))
      : Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [entry(key, one, deeper)]));
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const flat = parts(indent);
  if (flat.length === 0) return `${open}${close}`;
  const line = isList ? `${open}${flat.join(", ")}${close}` : `${open} ${flat.join(", ")} ${close}`;
  if (!line.includes("\n") && indent.length + taken + line.length <= width) return line;
  return `${open}\n${parts(`${indent}  `)
    .map((part) => `${indent}  ${part},\n`)
    .join("")}${indent}${close}`;
}

function entry(key: string, value: Value, indent: string): string {
  if (value instanceof Code && value.text === key) return key;
  const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
  return `${name}: ${code(value, indent, name.length + 2)}`;
}

/** Lines of a comment, the first with this beginning. */
export function comment(text: string, first = "// ", next = "// "): string {
  const lines: string[] = [];
  for (const word of oneLine(text, 4000).split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(`${lines.length === 0 ? first : next}${word}`);
  }
  return lines.join("\n");
}
