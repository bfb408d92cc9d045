/** docs/architecture.md says of each dependency what its own manifest says, and package.json has no other. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";

const read = (path: string) => readFileSync(join(repository, path), "utf8");
const { dependencies, peerDependencies, devDependencies } = JSON.parse(read("package.json"));
const [, section = ""] = /^## Dependencies\n(.*?)^## /ms.exec(read("docs/architecture.md")) ?? [];
const rows = [...section.matchAll(/^\| (.+) \|$/gm)]
  .map(([, row = ""]) => row.split(" | ").map((cell) => cell.trim()))
  .slice(2)
  .map(([name = "", door = "", why = "", license = "", address = ""]) => ({ name, door, why, license, address }));

const installed = Object.keys({ ...dependencies, ...peerDependencies });

test("what is installed with the package has a row, and no row is of something else", () => {
  const named = rows.map(({ name }) => name);
  expect(named).toEqual(expect.arrayContaining(installed));
  expect(named.filter((name) => !installed.includes(name) && !(name in devDependencies))).toEqual([]);
  expect(rows.filter(({ why }) => why === "")).toEqual([]);
});

test.each(rows)(
  "$name: license and repository are its own, and its door imports it",
  ({ name, door, license, address }) => {
    const manifest = JSON.parse(read(`node_modules/${name}/package.json`));
    expect(license).toBe(manifest.license ?? manifest.licenses[0].type);
    const url: string = manifest.repository.url ?? manifest.repository;
    expect(address).toBe(url.replace(/^.*?(?=github\.com)/, "").replace(/\.git$/, ""));
    expect(importsAt(door.replaceAll("`", ""))).toContain(`from "${name}"`);
  },
);

function importsAt(door: string): string {
  if (!statSync(join(repository, door)).isDirectory()) return read(door);
  const files = readdirSync(join(repository, door), { recursive: true, encoding: "utf8" });
  return files
    .filter((path) => path.endsWith(".ts"))
    .map((path) => read(join(door, path)))
    .join("\n");
}
