/** Pure: docstrings as Markdown of a page in docs/reference. */

/** Docstrings name documents by their paths in the repository. */
export const linked = (text: string): string => text.replace(/(?<![\w/(])docs\/([a-z-]+\.md)/g, "[$1](../$1)");

export const seen = (text: string): string => (/^https?:/.test(text) ? `<${text}>` : linked(text));

export const asSentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;

export const onOneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");

/** A value as code, words as they are. */
export const defaultText = (said: string): string => (isJson(said) ? `\`${said}\`` : linked(said));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
