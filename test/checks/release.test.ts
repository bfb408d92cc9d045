/** The version stands in package.json; what else names it agrees. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";

const read = (path: string) => readFileSync(join(repository, path), "utf8");
const { version } = JSON.parse(read("package.json"));

test("CHANGELOG begins with the version of package.json", () => {
  const [, newest] = /^## (\S+)/m.exec(read("CHANGELOG.md")) ?? [];
  expect(newest).toBe(version);
});

test("the lock file has it, and what every package has to be, whichever registry it comes from", () => {
  const { version: locked, packages } = JSON.parse(read("package-lock.json"));
  expect(locked).toBe(version);
  const fetched = Object.entries<{ integrity?: string; link?: boolean }>(packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && !link,
  );
  expect(fetched.length).toBeGreaterThan(100);
  expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});
