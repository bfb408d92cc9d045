/** docs/recovery.md, whose boxes quote what is said on real hosts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";

/** Headings of situations, each with the lines that its boxes quote. */
export function readGuide(): ReadonlyMap<string, readonly string[]> {
  const [, ...sections] = readFileSync(join(repository, "docs/recovery.md"), "utf8").split(/^## /m);
  return new Map(sections.map((section) => [section.split("\n")[0] ?? "", quotesOf(section)]));
}

const quotesOf = (section: string): string[] =>
  [...section.matchAll(/^```text\n(.*?)^```$/gms)].flatMap(([, box = ""]) => box.trimEnd().split("\n"));

/** Each line that the guide quotes for this situation was said there. @param said with the guest's own UUID */
export function expectQuoted(heading: string, said: string, uuid: string): void {
  const quotes = readGuide().get(heading);
  if (quotes === undefined || quotes.length === 0) throw new Error(`docs/recovery.md quotes nothing of "${heading}".`);
  const general = withoutHolder(said.replaceAll(uuid, "UUID"));
  const missing = quotes.filter((line) => !general.includes(withoutHolder(line)));
  expect({ missing, said: missing.length > 0 ? general : "" }).toEqual({ missing: [], said: "" });
}

/** Who holds a lock, and since when, is an example. */
const withoutHolder = (text: string) => text.replace(/held by .+, since [0-9TZ:-]+/, "held by SOMEBODY");
