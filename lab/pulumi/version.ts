/** Pure: compares dotted version numbers; a suffix such as `-dev` does not count. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [left, right] = [parts(version), parts(minimum)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function parts(version: string): number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "0").split(".").map(Number);
}
