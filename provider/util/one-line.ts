/** Pure: text as one line that no terminal takes for a command: control characters become spaces. */
export const oneLine = (text: string, maximum = 1000): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, maximum);
