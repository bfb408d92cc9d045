import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";

const read = (path: string) => readFileSync(join(repository, path), "utf8");

test("README's example is a file that the tests run", () => {
  const [, example = ""] = /```ts\n(.+?)```/s.exec(read("README.md")) ?? [];
  expect(example).not.toBe("");
  expect(read("examples/live-migration/index.ts")).toContain(example);
});

test("README's commands and CONTRIBUTING's are scripts of package.json", () => {
  const { scripts } = JSON.parse(read("package.json"));
  const named = [...`${read("README.md")}${read("CONTRIBUTING.md")}`.matchAll(/npm run ([\w:-]+)/g)].map(
    ([, name]) => name,
  );
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});
