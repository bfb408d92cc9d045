/** Pure: spreads test files over labs, so that both CPUs have something to do. */
export interface TestFile {
  path: string;
  /** Size in bytes, which goes with the time it takes well enough. */
  size: number;
}

/** @returns as many lists as wanted, the larger files first, each in the list that has the least by then */
export function spread(files: readonly TestFile[], lists: number): string[][] {
  const groups = Array.from({ length: lists }, () => ({ paths: [] as string[], size: 0 }));
  for (const { path, size } of [...files].sort((a, b) => b.size - a.size || a.path.localeCompare(b.path))) {
    const smallest = groups.reduce((least, group) => (group.size < least.size ? group : least));
    smallest.paths.push(path);
    smallest.size += size;
  }
  return groups.map(({ paths }) => paths).filter((paths) => paths.length > 0);
}
