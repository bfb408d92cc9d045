/** Pure: spreads test files over labs, so that both CPUs have something to do. */
export interface TestFile {
  path: string;
  /** How long it took when that was last recorded; as long as the others on average when it never was. */
  seconds?: number;
}

/** @returns as many lists as wanted, the longest files first, each in the list that takes the least by then */
export function spread(files: readonly TestFile[], lists: number): string[][] {
  const known = files.flatMap(({ seconds }) => seconds ?? []);
  const average = known.reduce((sum, seconds) => sum + seconds, 0) / Math.max(known.length, 1);
  const groups = Array.from({ length: lists }, () => ({ paths: [] as string[], seconds: 0 }));
  const timed = files.map(({ path, seconds = average }) => ({ path, seconds }));
  for (const { path, seconds } of timed.sort((a, b) => b.seconds - a.seconds || a.path.localeCompare(b.path))) {
    const shortest = groups.reduce((least, group) => (group.seconds < least.seconds ? group : least));
    shortest.paths.push(path);
    shortest.seconds += seconds;
  }
  return groups.map(({ paths }) => paths).filter((paths) => paths.length > 0);
}
