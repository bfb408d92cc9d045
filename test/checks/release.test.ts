/** The version stands in package.json; what else names it agrees. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";

const read = (path: string) => readFileSync(join(repository, path), "utf8");
const { version } = JSON.parse(read("package.json"));
const lock: { version: string; packages: Record<string, Locked> } = JSON.parse(read("package-lock.json"));

interface Locked {
  integrity?: string;
  link?: boolean;
  license?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** What is installed with the package, beside Pulumi's SDK, which the program has. */
function installed(): Map<string, Locked> {
  const found = new Map<string, Locked>();
  const visit = ({ dependencies, optionalDependencies }: Locked) => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const one = lock.packages[`node_modules/${name}`];
      if (!one || found.has(name)) continue;
      found.set(name, one);
      visit(one);
    }
  };
  visit(lock.packages[""] ?? {});
  return found;
}

test("CHANGELOG begins with the version of package.json", () => {
  const [, newest] = /^## (\S+)/m.exec(read("CHANGELOG.md")) ?? [];
  expect(newest).toBe(version);
});

test("the lock file has it, and what every package has to be, whichever registry it comes from", () => {
  expect(lock.version).toBe(version);
  const fetched = Object.entries(lock.packages).filter(([path, { link }]) => path.startsWith("node_modules/") && !link);
  expect(fetched.length).toBeGreaterThan(100);
  expect(fetched.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});

test("what is installed with the package has licenses that go with ours, and only these run a script", () => {
  const all = [...installed()];
  expect(all.map(([name]) => name)).toEqual(expect.arrayContaining(["ssh2", "asn1", "zod", "saxes"]));
  const manifest = (name: string) => JSON.parse(read(`node_modules/${name}/package.json`));
  const licenses = all.map(([name, { license }]) => [
    name,
    license ?? manifest(name).license ?? manifest(name).licenses?.[0]?.type,
  ]);
  const good = ["Apache-2.0", "BSD-3-Clause", "ISC", "MIT", "Unlicense"];
  expect(licenses.filter(([, license]) => !good.includes(license))).toEqual([]);
  const scripted = all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name);
  expect(scripted.sort()).toEqual(["cpu-features", "ssh2"]);
});
