/** docs/reference is what the docstrings and schemas make of it, and its examples are as they say. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { repository } from "../../lab/paths";
import type { Model } from "../../schema/model";
import { readModel } from "../../schema/read-model";
import type { Declaration } from "../../schema/reference/example";
import { examples } from "../../schema/reference/examples";
import { pages } from "../../schema/reference/pages";
import { exampleProblems } from "../../schema/reference/problems";
import { snake } from "../../schema/reference/python";
import { typescriptOf } from "../../schema/reference/typescript";

const folder = join(repository, "docs/reference");
let model: Model;
beforeAll(() => {
  model = readModel(repository);
});

test("the pages are current: `npm run docs` makes them", () => {
  const made = pages(model);
  expect(readdirSync(folder).sort()).toEqual([...made.keys()].sort());
  for (const [name, text] of made) expect(readFileSync(join(folder, name), "utf8")).toBe(text);
});

test("every page says what drift shows, and every link leads to a document", () => {
  for (const { name, doc } of model.resources) expect([name, doc.drift]).toEqual([name, expect.stringMatching(/\w/)]);
  const there = [...readdirSync(folder), ...readdirSync(join(folder, "..")).map((name) => `../${name}`)];
  for (const text of pages(model).values())
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+\.md)/g)) expect(there).toContain(target);
});

test("tsc takes the examples in TypeScript, as a program has them", () => {
  expect(diagnosticsOf(Object.entries(examples).map(([name, example]) => [name, typescriptOf(example)]))).toEqual([]);
  expect(
    diagnosticsOf([["Wrong", 'import { Host } from "pulumi-kvm-live";\nnew Host("a", { adress: "b" });']]),
  ).toEqual([expect.stringContaining("adress")]);
});

/** With the repository's options; the programs are in no file. */
function diagnosticsOf(programs: readonly (readonly [string, string])[]): string[] {
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const texts = new Map(programs.map(([name, text]) => [join(repository, "examples", `${name}.ts`), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const host: Declaration = { variable: "hvA", type: "Host", properties: { address: "192.0.2.11" } };
const mount = (properties: Declaration["properties"]): Declaration[] => [
  host,
  { variable: "mount", type: "NfsMount", properties: { host: { resource: "hvA" }, path: "/srv", ...properties } },
];
test.each<[string, Declaration[], string[]]>([
  ["nothing", mount({ source: "nas:/srv" }), []],
  ["an input that is missing", mount({}), ["mount.source is missing"]],
  ["an input that there is not", mount({ source: "nas:/srv", size: 1 }), ["mount.size is no property"]],
  ["another kind of value", mount({ source: 1 }), ["mount.source is no string"]],
  ["a list that is none", mount({ source: "nas:/srv", options: "hard" }), ["mount.options is no list"]],
  [
    "another resource",
    mount({ source: "nas:/srv", host: { resource: "mount" } }),
    ["mount.host is no place for a NfsMount"],
  ],
  ["no output", mount({ source: { resource: "hvA", output: "source" } }), ["mount.source is no place for hvA.source"]],
  ["an output", mount({ source: { resource: "hvA", output: "hostname" } }), []],
  ["no resource", [{ ...host, dependsOn: ["nas"] }], ["hvA depends on nas, which is nothing"]],
])("problems of an example: %s", (_, example, problems) => {
  expect(exampleProblems(model, example)).toEqual(problems);
});

test.each([
  ["memoryMiB", "memory_mi_b"],
  ["onDelete", "on_delete"],
  ["xml", "xml"],
  ["hvA", "hv_a"],
])("%s is %s in Python, as Pulumi's generator has it", (name, expected) => {
  expect(snake(name)).toBe(expected);
});
