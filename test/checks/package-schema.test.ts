/** Docstrings, argument interfaces and zod schemas say the same of every property, and the schema has all of it. */
import { repository } from "../../lab/paths";
import { defaultProblem } from "../../schema/defaults";
import { enumValueName } from "../../schema/enum-names";
import type { Model, Property } from "../../schema/model";
import { pulumiSchema } from "../../schema/pulumi-schema";
import { withSchemas } from "../../schema/read-schemas";
import { readTypes, type TypedModel } from "../../schema/read-types";

const facts = { version: "1.2.3", description: "d", license: "Apache-2.0", keywords: [] };
let typed: TypedModel;
let model: Model;
beforeAll(() => {
  typed = readTypes(repository);
  const { model: whole, disagreements } = withSchemas(typed);
  expect(disagreements).toEqual([]);
  model = whole;
});

type Changed = (property: Property) => Partial<Property>;

/** The same with one property of a resource's inputs as somebody might have written it. */
function changed(resource: string, input: string, change: Changed): TypedModel {
  const inputs = (all: readonly Property[]) =>
    all.map((property) => (property.name === input ? { ...property, ...change(property) } : property));
  const resources = typed.resources.map((one) =>
    one.name === resource ? { ...one, inputs: inputs(one.inputs) } : one,
  );
  return { ...typed, resources };
}

test.each<[string, string, string, Changed, string]>([
  ["another default", "DomainPlacement", "onDelete", ({ doc }) => ({ doc: { ...doc, default: '"keep"' } }), "shutdown"],
  [
    "an input that need not be there",
    "Host",
    "address",
    () => ({ isRequired: false }),
    "is required in the zod schema",
  ],
  ["another name", "NfsMount", "path", () => ({ name: "mountPoint" }), "not in the zod schema"],
  ["a name too few", "NfsMount", "path", () => ({ name: "source" }), "no property of the interface"],
])("%s is a disagreement", (_, resource, input, change, reason) => {
  const { disagreements } = withSchemas(changed(resource, input, change));
  expect(disagreements.map(({ at, reason }) => `${at} ${reason}`).join("\n")).toContain(reason);
});

test("so is another word of an enumeration", () => {
  const enums = new Map([...typed.enums, ["DomainPlacementOnDelete", ["shutdown", "destroy", "forget"]]]);
  expect(withSchemas({ ...typed, enums }).disagreements).toMatchObject([{ at: "DomainPlacement.onDelete" }]);
});

test("everything public is described", () => {
  const silent = ({ doc }: Pick<Property, "doc">) => doc.text === "";
  const within = (owner: string, all: readonly Property[]) =>
    all.filter(silent).map(({ name }) => `${owner}.${name} has no docstring`);
  const all = [
    ...model.resources.flatMap((one) => [...within(one.name, one.inputs), ...within(one.name, one.outputs)]),
    ...model.resources.filter(silent).map(({ name }) => `${name} has no docstring`),
    ...[...model.objects].flatMap(([name, { properties }]) => within(name, properties)),
  ];
  expect(model.resources).toHaveLength(12);
  expect(all).toEqual([]);
});

test("no object refers to a resource: programs in Python could not import the SDK", () => {
  const { types } = pulumiSchema(model, facts);
  expect(JSON.stringify(types)).not.toContain("#/resources/");
  expect(types).toMatchObject({
    "kvm:index:DomainPlacementAnyOf": { properties: { hosts: { items: { $ref: "pulumi.json#/Any" } } } },
    "kvm:index:PolicyGuest": { properties: { domain: { $ref: "pulumi.json#/Any" } } },
  });
});

test("secrets, defaults, enumerations and Hosts are in the schema", () => {
  const { resources, types } = pulumiSchema(model, facts) as Record<string, Record<string, unknown>>;
  expect(resources?.["kvm:index:Host"]).toMatchObject({
    aliases: [{ type: "pulumi-nodejs:dynamic/kvm:Host" }],
    requiredInputs: ["address"],
    inputProperties: { privateKey: { type: "string", secret: true }, port: { type: "integer" } },
  });
  expect(types?.["kvm:index:Connection"]).toMatchObject({ properties: { passphrase: { secret: true } } });
  expect(resources?.["kvm:index:DomainPlacement"]).toMatchObject({
    requiredInputs: ["domain", "candidates"],
    inputProperties: {
      candidates: { type: "array", items: { oneOf: [{ $ref: "#/resources/kvm:index:Host" }, { type: "string" }] } },
      host: { oneOf: [{ $ref: "#/resources/kvm:index:Host" }, { type: "string" }] },
      onDelete: { $ref: "#/types/kvm:index:DomainPlacementOnDelete", default: "shutdown" },
      domain: { oneOf: [{ $ref: "#/resources/kvm:index:Domain" }, { $ref: "#/types/kvm:index:PlacedDomain" }] },
    },
    properties: { host: { type: "string" } },
  });
  expect(types?.["kvm:index:DomainPlacementOnDelete"]).toEqual({
    type: "string",
    enum: [
      { name: "Shutdown", value: "shutdown" },
      { name: "Destroy", value: "destroy" },
      { name: "Keep", value: "keep" },
    ],
  });
});

test("every value has a name that every language takes", () => {
  const names = [...model.enums.values()].flat().map(enumValueName);
  for (const name of names) expect(name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
  for (const values of model.enums.values()) expect(new Set(values.map(enumValueName)).size).toBe(values.length);
});

test.each<[string | undefined, unknown, boolean]>([
  ['"tls"', "tls", true],
  ['"/etc/pki/qemu", where it is', "/etc/pki/qemu", true],
  ["120", 120, true],
  ["1200", 120, false],
  [undefined, 120, false],
  ["whatever", undefined, true],
  ["none", [], true],
  ["[]", [], true],
  ['["a","b"]', ["a", "b"], true],
  ['["b","a"]', ["a", "b"], false],
  ["something", ["a"], false],
  ["see the fields", { a: 1 }, true],
])("@default %p of the default %p: %p", (said, real, agrees) => {
  expect(defaultProblem(said, real) === undefined).toBe(agrees);
});
