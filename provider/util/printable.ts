/** Pure: text of hosts, guests and others as it may reach a terminal. */

/** Characters that a terminal may obey, or that turn what is read around. Lines may end. */
const controls = /[^\P{Cc}\n]+|[\p{Cf}\u2028\u2029]+/gu;

/** More than any message of ours, and little enough for a terminal. */
const longest = 100_000;

/**
 * Without control characters, and without Pulumi's markup for colours, which it obeys wherever it stands.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/diag/colors/colors.go
 */
export function printable(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)} …` : text;
  return withoutMarkup(shown.replace(controls, " "));
}

const withoutMarkup = (text: string) => text.replaceAll("<{%", "<{ %");

/** One line. */
export const oneLine = (text: string, maximum = 1000): string =>
  withoutMarkup(text.slice(0, 10 * maximum).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " "))
    .trim()
    .slice(0, maximum);

const lastLines = 20;
const longestLine = 500;

/** The end of what a program has said, for a message: 20 lines of 500 characters. */
export const endOf = (output: string): string =>
  printable(output.slice(-lastLines * 10 * longestLine).trim())
    .split("\n")
    .slice(-lastLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)} …` : line))
    .join("\n");
