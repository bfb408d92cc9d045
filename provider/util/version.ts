/** Pure: dotted version numbers, e.g. `10.0.2`, `v1.26` or `3.250.0-dev`, whose suffix does not count. */

/** For sorting: negative when `a` is older. Missing parts count as 0, and so does what is no version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const differences = left.map((number, index) => number - (right[index] ?? 0));
  const more = right.slice(left.length).map((number) => -number);
  return [...differences, ...more].find((difference) => difference !== 0) ?? 0;
}

export const isAtLeast = (version: string, minimum: string): boolean => compareVersions(version, minimum) >= 0;

const numbersOf = (version: string): number[] =>
  (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "0").split(".").map(Number);
