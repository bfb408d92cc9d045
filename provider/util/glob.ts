/** Pure: whether a pattern with `*` for any text and `?` for one character matches a whole text; no sets, no escapes. */
export function matchesGlob(pattern: string, text: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}
