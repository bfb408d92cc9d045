import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { findingCodes } from "../../provider/placement/preflight/finding-codes";

/** From what proves most. */
const kinds = ["lab", "protocol", "unit"];
const textsOf = (kind: string) =>
  readdirSync(join(repository, "test", kind), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(repository, "test", kind, name), "utf8"))
    .join("\n");
const texts = kinds.map((kind) => [kind, textsOf(kind)] as const);

const sections = readFileSync(join(repository, "docs/findings.md"), "utf8").split(/^### /m).slice(1);
const shownBy = (code: string) => texts.find(([, text]) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(text))?.[0];

test("docs/findings.md has a heading for each code, once, and for nothing else", () =>
  expect(sections.map((section) => section.split("\n")[0]).sort()).toEqual(Object.keys(findingCodes).sort()));

test.each(Object.entries(findingCodes))("%s: its severity, and the kind of test that names it", (code, severity) => {
  const section = sections.find((one) => one.startsWith(`${code}\n`));
  const [first = ""] = severity;
  expect(section?.split("\n")[2]).toBe(`${first.toUpperCase()}${severity.slice(1)}. Shown by: ${shownBy(code)}.`);
});
