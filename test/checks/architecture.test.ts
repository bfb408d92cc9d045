import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import { type SourceFile, violations } from "./import-rule";
import { crossings } from "./two-sides";

const maximumLines = 300;

async function sourceFiles(): Promise<string[]> {
  const pattern = ["*.ts", "*.mjs", "*.S", "*.sh"];
  const { stdout } = await run(["git", "ls-files", "--cached", "--others", "--exclude-standard", ...pattern], {
    cwd: repository,
  });
  return stdout.split("\n").filter(Boolean);
}

const read = (path: string) => readFileSync(join(repository, path), "utf8");

function importsOf(path: string): SourceFile {
  const text = read(path);
  const erased = ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements.filter(isErased);
  const isErasedAt = (pos: number) => erased.some((one) => one.pos <= pos && pos < one.end);
  const all = ts.preProcessFile(text, true, true).importedFiles;
  const named = (areTypes: boolean) =>
    all.filter(({ pos }) => isErasedAt(pos) === areTypes).map(({ fileName }) => inRepository(path, fileName));
  return { path, imports: named(false), types: named(true) };
}

function isErased(statement: ts.Statement): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly || hasTypesOnly(statement.exportClause);
  if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) return false;
  const { isTypeOnly, name, namedBindings } = statement.importClause;
  return isTypeOnly || (name === undefined && hasTypesOnly(namedBindings));
}

const hasTypesOnly = (names: ts.NamedImportBindings | ts.NamedExportBindings | undefined) =>
  names !== undefined &&
  (ts.isNamedImports(names) || ts.isNamedExports(names)) &&
  names.elements.every(({ isTypeOnly }) => isTypeOnly);

const inRepository = (path: string, name: string) =>
  name.startsWith(".") ? `${normalize(join(dirname(path), name))}.ts` : name;

let files: readonly SourceFile[];
beforeAll(async () => {
  files = (await sourceFiles()).filter((path) => path.endsWith(".ts")).map(importsOf);
});

test("imports go down the staircase, in no circle, and through one door a dependency", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(files.find(({ path }) => path === "lab/lab-host.ts")?.imports).toContain("provider/util/policy.ts");
  expect(violations(files)).toEqual([]);
});

test("program side and provider side do not load each other", () => {
  expect(files.filter(({ path }) => /^provider\/(index|provider)\.ts$/.test(path))).toHaveLength(2);
  expect(crossings(files)).toEqual([]);
});

test(`no source file has more than ${maximumLines} lines`, async () => {
  const long = (await sourceFiles()).filter((path) => read(path).split("\n").length > maximumLines);
  expect(long).toEqual([]);
});

const file = (path: string, ...imports: string[]): SourceFile => ({ path, imports });

describe("the rule itself", () => {
  test.each<[string, SourceFile]>([
    ["upwards", file("provider/host/ssh-host.ts", "provider/libvirt/virsh.ts")],
    ["sideways", file("provider/nfs/mount.ts", "provider/pki/install.ts")],
    ["lifecycle to a host", file("provider/lifecycle/define.ts", "provider/host/host.ts")],
    ["provider to lab", file("provider/host/host.ts", "lab/process.ts")],
    ["lab to a resource", file("lab/lab.ts", "provider/resources/domain/resource.ts")],
    ["an example to the lab", file("examples/live-migration/index.ts", "lab/lab.ts")],
  ])("%s is refused", (_, source) => {
    expect(violations([source])).toEqual([`${source.path} must not import ${source.imports[0]}`]);
  });

  test("down and within a folder is fine", () => {
    const sources = [
      file("provider/index.ts", "provider/resources/domain/resource.ts"),
      file("provider/resources/domain/resource.ts", "provider/lifecycle/define.ts", "provider/libvirt/virsh.ts"),
      file("provider/libvirt/virsh.ts", "provider/libvirt/errors.ts", "provider/host/host.ts"),
    ];
    expect(violations(sources)).toEqual([]);
  });

  test("a circle is shown", () => {
    const sources = [file("lab/a.ts", "lab/b.ts"), file("lab/b.ts", "lab/a.ts")];
    expect(violations(sources)).toEqual(["cycle: lab/a.ts -> lab/b.ts -> lab/a.ts"]);
  });

  test("a circle of types, too, and each one by its shortest way round", () => {
    const sources: SourceFile[] = [
      file("lab/before.ts", "lab/a.ts"),
      { path: "lab/a.ts", imports: ["lab/b.ts"], types: ["lab/b.ts"] },
      { path: "lab/b.ts", imports: [], types: ["lab/c.ts"] },
      { path: "lab/c.ts", imports: ["lab/after.ts"], types: ["lab/a.ts", "lab/d.ts"] },
      { path: "lab/d.ts", imports: [], types: ["lab/c.ts"] },
      file("lab/after.ts"),
    ];
    expect(violations(sources)).toEqual([
      "cycle: lab/a.ts -> lab/b.ts -> lab/c.ts -> lab/a.ts",
      "cycle: lab/d.ts -> lab/c.ts -> lab/d.ts",
    ]);
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

describe("the two sides", () => {
  const index = file("provider/index.ts", "provider/resources/disk/resource.ts");
  const resource = (...imports: string[]) => file("provider/resources/disk/resource.ts", ...imports);
  const managed = file("provider/resources/shared/managed-resource.ts", "provider/lifecycle/pulumi-sdk.ts");

  test("program side files may load each other and Pulumi", () => {
    const args = file("provider/resources/disk/format-args.ts");
    const sdk = file("provider/lifecycle/pulumi-sdk.ts", "@pulumi/pulumi");
    const loaded = resource(managed.path, args.path, "provider/resources/host/resource.ts");
    expect(crossings([index, loaded, managed, args, sdk])).toEqual([]);
  });

  test.each([
    "zod",
    "ssh2",
    "provider/resources/disk/definition.ts",
    "provider/resources/disk/inputs.ts",
    "provider/resources/shared/inputs.ts",
    "provider/lifecycle/handlers.ts",
    "provider/util/pause.ts",
  ])("a program side file that loads %s fails, with the path", (target) => {
    const path = "provider/index.ts -> provider/resources/disk/resource.ts";
    expect(crossings([index, resource(target)])).toEqual([`other side: ${path} -> ${target}`]);
  });

  test("through another file, too", () => {
    const [args, sdk] = ["provider/resources/disk/format-args.ts", "provider/lifecycle/pulumi-sdk.ts"];
    const sources = [index, resource(args, managed.path), managed, file(args, "zod"), file(sdk, "ssh2")];
    expect(crossings(sources)).toEqual([
      `other side: provider/index.ts -> provider/resources/disk/resource.ts -> ${args} -> zod`,
      `other side: provider/index.ts -> provider/resources/disk/resource.ts -> ${managed.path} -> ${sdk} -> ssh2`,
    ]);
  });

  test("a provider side file that loads a resource's class fails", () => {
    const definition = "provider/resources/disk/definition.ts";
    const sources = [file("provider/provider.ts", definition), file(definition, managed.path, "zod")];
    expect(crossings(sources)).toEqual([`other side: provider/provider.ts -> ${definition} -> ${managed.path}`]);
  });
});
