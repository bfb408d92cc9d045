/** Pure: a table's entry, for keys that others have written: `constructor` is in no table of ours. */
export const own = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
