import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { repository } from "../../lab/paths";

const linksIn = (path: string) =>
  [...readFileSync(join(repository, path), "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = ""]) =>
    normalize(join(dirname(path), target)),
  );

test("the index of docs/ names every document, and nothing that is not there", () => {
  const there = readdirSync(join(repository, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && path !== "README.md")
    .map((path) => `docs/${path}`);
  const named = linksIn("docs/README.md").filter((path) => path.startsWith("docs/"));
  expect([...new Set(named)].sort()).toEqual(there.sort());
});

test("so does README of the guides", () => {
  const guides = readdirSync(join(repository, "docs")).filter((path) => path.endsWith(".md") && path !== "README.md");
  expect(linksIn("README.md")).toEqual(expect.arrayContaining(guides.map((path) => `docs/${path}`)));
});
