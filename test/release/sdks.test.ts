/** Pulumi's own generators take the package schema, and compilers take what they make of it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { run, runAnyway } from "../../lab/process";
import { generateSdks } from "../../lab/pulumi/sdk-generators";
import { createPulumiWorkspace } from "../../lab/pulumi/workspace";
import { pulumiSchema } from "../../schema/pulumi-schema";
import { readModel } from "../../schema/read-model";

const facts = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-sdks-"));
const schema = join(folder, "schema.json");
const sdk = (language: string) => join(folder, language);

beforeAll(async () => {
  writeFileSync(schema, JSON.stringify(pulumiSchema(readModel(repository), facts)));
  await generateSdks(schema, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the CLI takes the schema", async () => {
  const workspace = await createPulumiWorkspace({ program: "examples/hosts" });
  const { stdout } = await workspace.pulumi(["package", "get-schema", schema]);
  expect(Object.keys(JSON.parse(stdout).resources)).toContain("kvm:index:DomainPlacement");
  workspace.remove();
});

test("a schema that is none is refused", async () => {
  const broken = join(folder, "broken.json");
  writeFileSync(broken, readFileSync(schema, "utf8").replace("#/types/kvm:index:Migration", "#/types/kvm:index:None"));
  await expect(generateSdks(broken, join(folder, "broken"))).rejects.toThrow("kvm:index:None");
});

test("Node.js: tsc takes the SDK", async () => {
  symlinkSync(join(repository, "node_modules"), join(sdk("nodejs"), "node_modules"));
  await run([join(repository, "node_modules/.bin/tsc"), "--noEmit", "-p", "."], { cwd: sdk("nodejs") });
});

test("Python: the SDK compiles, and a choice of hosts is an argument", async () => {
  await run(["python3", "-m", "compileall", "-q", "."], { cwd: sdk("python") });
  const text = readFileSync(join(sdk("python"), "pulumi_kvm/domain_placement.py"), "utf8");
  expect(text).toContain("candidates: pulumi.Input[Sequence[pulumi.Input[Union['Host', _builtins.str]]]]");
  expect(text).toContain("any_of: pulumi.Input[Optional['DomainPlacementAnyOfArgs']]");
  expect(text).toContain('type_="pulumi-nodejs:dynamic/kvm:DomainPlacement"');
});

test("Go: the SDK compiles", async () => {
  const generators = join(repository, "lab/pulumi/sdk-generators");
  const module = readFileSync(join(generators, "go.mod"), "utf8").replace(/^module .*/, "module example.com/kvm-sdk");
  const path = /example\.com\/[^"]*?(?=\/internal)/.exec(readFileSync(join(sdk("go"), "kvm/host.go"), "utf8"))?.[0];
  writeFileSync(join(sdk("go"), "go.mod"), module.replace("example.com/kvm-sdk", path?.replace(/\/kvm$/, "") ?? ""));
  copyFileSync(join(generators, "go.sum"), join(sdk("go"), "go.sum"));
  await run(["go", "build", "-mod=mod", "./..."], { cwd: sdk("go") });
});

test("C#: the SDK is generated; nothing here compiles it", async () => {
  const text = readFileSync(join(sdk("csharp"), "DomainPlacement.cs"), "utf8");
  expect(text).toContain("InputUnion<Pulumi.Kvm.Host, string>");
  expect((await runAnyway(["ls", sdk("csharp")])).stdout).toContain("Pulumi.Kvm.csproj");
});
