/** Pure: names for what has any name: variables, resources and files, each once. */

export class Names {
  private readonly taken: Set<string>;

  /** @param taken names that stand for something else; those that differ in case only are taken for the same */
  constructor(taken: readonly string[] = []) {
    this.taken = new Set(taken.map((name) => name.toLowerCase()));
  }

  /** @returns the first of these that nobody has; the last one with a number, when all are taken */
  claim(...wanted: readonly [string, ...string[]]): string {
    const last = wanted.at(-1) ?? wanted[0];
    const free = (name: string) => !this.taken.has(name.toLowerCase());
    let name = wanted.find(free);
    for (let number = 2; name === undefined; number++) name = [`${last}${number}`].find(free);
    this.taken.add(name.toLowerCase());
    return name;
  }
}

const longest = 60;

/** `hv-a.example` as `hvAExample`. @param fallback for what holds no letter, and put before what begins with a digit */
export function identifier(text: string, fallback: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const joined = words.map((word, index) => (index === 0 ? lower(word) : upper(word))).join("");
  const name = joined.slice(0, longest);
  return /^[A-Za-z]/.test(name) ? name : `${fallback}${upper(name)}`;
}

const upper = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
const lower = (word: string) => `${word.slice(0, 1).toLowerCase()}${word.slice(1)}`;

/** A part of a file's name that every file system takes. */
export function fileName(text: string, fallback: string): string {
  const plain = text
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, longest);
  return plain === "" ? fallback : plain;
}

/** Words that a variable cannot have for its name, in strict mode and in modules. */
export const reserved: readonly string[] = (
  "abstract any arguments as async await boolean break case catch class const constructor continue debugger declare default delete do else " +
  "enum eval export extends false finally for from function get if implements import in infer instanceof interface is keyof let " +
  "module namespace never new null number object of package private protected public readonly require return set static string super " +
  "switch symbol this throw true try type typeof undefined unique unknown var void while with yield NaN Infinity " +
  "exports global globalThis process console Buffer __dirname __filename"
).split(" ");
