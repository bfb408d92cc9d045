/** Pure. @returns a record whose values are made when they are first asked for */
export function lazily<Key extends string, Value>(makers: Readonly<Record<Key, () => Value>>): Record<Key, Value> {
  const values = {} as Record<Key, Value>;
  for (const [key, make] of Object.entries<() => Value>(makers))
    Object.defineProperty(values, key, {
      configurable: true,
      enumerable: true,
      get: () => {
        const value = make();
        Object.defineProperty(values, key, { value, enumerable: true });
        return value;
      },
    });
  return values;
}
