/** Pure: a word of /etc/exports, fstab or mountinfo as it is meant: `\040` is a space, `\303\274` the bytes of an ü. */
export const unescapeOctal = (word: string): string =>
  word.replace(/(?:\\[0-3][0-7]{2})+/g, (escapes) =>
    Buffer.from((escapes.match(/[0-7]{3}/g) ?? []).map((octal) => Number.parseInt(octal, 8))).toString(),
  );
