/** Pure: a word of /etc/exports, fstab or mountinfo as it is meant: `\040` is a space. */
export const unescapeOctal = (word: string): string =>
  word.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
