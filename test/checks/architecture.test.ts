import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import { type SourceFile, violations } from "./import-rule";

const maximumLines = 300;

async function sourceFiles(): Promise<string[]> {
  const pattern = ["*.ts", "*.mjs", "*.S", "*.sh"];
  const { stdout } = await run(["git", "ls-files", "--cached", "--others", "--exclude-standard", ...pattern], {
    cwd: repository,
  });
  return stdout.split("\n").filter(Boolean);
}

const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** `import type` is no arrow: it is gone in the code that runs. */
function importsOf(path: string): SourceFile {
  const runtime = ts.transpileModule(read(path), { compilerOptions: { module: ts.ModuleKind.ESNext } }).outputText;
  const imports = ts.preProcessFile(runtime, true, true).importedFiles.map(({ fileName }) => fileName);
  return { path, imports: imports.map((name) => (name.startsWith(".") ? inRepository(path, name) : name)) };
}

const inRepository = (path: string, name: string) => `${normalize(join(dirname(path), name))}.ts`;

test("imports go down the staircase, in no circle, and through one door a dependency", async () => {
  const files = (await sourceFiles()).filter((path) => path.endsWith(".ts")).map(importsOf);
  expect(files.length).toBeGreaterThan(20);
  expect(files.find(({ path }) => path === "lab/lab-host.ts")?.imports).toContain("provider/util/policy.ts");
  expect(violations(files)).toEqual([]);
});

test(`no source file has more than ${maximumLines} lines`, async () => {
  const long = (await sourceFiles()).filter((path) => read(path).split("\n").length > maximumLines);
  expect(long).toEqual([]);
});

describe("the rule itself", () => {
  const file = (path: string, ...imports: string[]): SourceFile => ({ path, imports });

  test.each<[string, SourceFile]>([
    ["upwards", file("provider/host/ssh-host.ts", "provider/libvirt/virsh.ts")],
    ["sideways", file("provider/nfs/mount.ts", "provider/pki/install.ts")],
    ["lifecycle to a host", file("provider/lifecycle/define.ts", "provider/host/host.ts")],
    ["provider to lab", file("provider/host/host.ts", "lab/process.ts")],
    ["lab to a resource", file("lab/lab.ts", "provider/resources/domain.ts")],
    ["an example to the lab", file("examples/seed/index.ts", "lab/lab.ts")],
  ])("%s is refused", (_, source) => {
    expect(violations([source])).toEqual([`${source.path} must not import ${source.imports[0]}`]);
  });

  test("down and within a folder is fine", () => {
    const sources = [
      file("provider/index.ts", "provider/resources/domain.ts"),
      file("provider/resources/domain.ts", "provider/lifecycle/define.ts", "provider/libvirt/virsh.ts"),
      file("provider/libvirt/virsh.ts", "provider/libvirt/errors.ts", "provider/host/host.ts"),
    ];
    expect(violations(sources)).toEqual([]);
  });

  test("a circle is shown", () => {
    const sources = [file("lab/a.ts", "lab/b.ts"), file("lab/b.ts", "lab/a.ts")];
    expect(violations(sources)).toEqual(["cycle: lab/a.ts -> lab/b.ts -> lab/a.ts"]);
  });

  test("a second door is shown", () => {
    const sources = [file("provider/host/ssh-host.ts", "ssh2"), file("provider/host/pool.ts", "ssh2")];
    expect(violations(sources)).toEqual(["ssh2 has doors in provider/host/ssh-host.ts, provider/host/pool.ts"]);
  });

  test("a door may be a folder, and nothing outside of it", () => {
    const inside = [file("provider/resources/a.ts", "zod"), file("provider/resources/b.ts", "zod")];
    expect(violations(inside)).toEqual([]);
    expect(violations([...inside, file("provider/host/c.ts", "zod")])).toEqual([
      "zod has doors in provider/resources/, provider/host/c.ts",
    ]);
  });
});
