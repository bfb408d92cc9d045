/** Pure: whether a docstring's `@default` says what the schema writes into the inputs. */

/** @returns what is wrong; undefined when they agree, or when the schema has no default of its own */
export function defaultProblem(said: string | undefined, real: unknown): string | undefined {
  if (real === undefined) return undefined;
  const written = JSON.stringify(real);
  if (said === undefined) return `has the default ${written}, and no @default`;
  return says(said, real, written) ? undefined : `has the default ${written}, and @default says ${said}`;
}

function says(said: string, real: unknown, written: string): boolean {
  if (Array.isArray(real) && real.length === 0) return /^(\[\]|none)/.test(said);
  if (Array.isArray(real) && !real.some(isObject)) return sameJson(said, written);
  if (isObject(real)) return true; // in words: its fields have defaults of their own
  return said === written || (said.startsWith(written) && /^[,;: ]/.test(said.slice(written.length)));
}

const isObject = (value: unknown) => typeof value === "object";

function sameJson(said: string, written: string): boolean {
  try {
    return JSON.stringify(JSON.parse(said)) === written;
  } catch {
    return false;
  }
}
