/** Pure: files that need each other, directly or through others. */

/** @param targetsOf files by their paths, each with the paths that it imports from */
export function circles(targetsOf: ReadonlyMap<string, readonly string[]>): string[][] {
  const members = new Set<string>();
  return [...targetsOf.keys()].flatMap((path) => {
    const circle = members.has(path) ? undefined : wayBack(path, targetsOf);
    for (const member of circle ?? []) members.add(member);
    return circle === undefined ? [] : [circle];
  });
}

/** The shortest way from a file to itself. */
function wayBack(start: string, targetsOf: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const visited = new Set<string>();
  const ways = [[start]];
  for (const way of ways)
    for (const target of targetsOf.get(way.at(-1) ?? "") ?? []) {
      if (target === start) return [...way, start];
      if (visited.has(target)) continue;
      visited.add(target);
      ways.push([...way, target]);
    }
  return undefined;
}
