/** What the zod schemas of the definitions add to the types: defaults, whole numbers, ranges, secrets; and where they disagree. */
import { z } from "zod";
import { defaultProblem } from "./defaults";
import { definitions } from "./definitions";
import type { Disagreement, Model, ObjectType, Property, Range, Resource, Shape } from "./model";
import type { TypedModel } from "./read-types";

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Name = keyof typeof definitions;

/** Sent by the shell where the program has not written them. */
const filledIn: readonly string[] = ["QemuGuest.name"];
/** A Domain whose parts stand among the properties of the same object. */
const spread: Readonly<Record<string, readonly string[]>> = { "PolicyGuest.domain": ["uuid", "name", "definition"] };
/** Inputs of a connection that a configuration of the program may have for all its Hosts. */
const configurable = ["user", "identityFile", "knownHosts", "sshConfig"];

export function withSchemas(typed: TypedModel): { model: Model; disagreements: readonly Disagreement[] } {
  const reader = new SchemaReader(typed);
  const resources = typed.resources.map((resource) => reader.resource(resource));
  const login = resources.find(({ name }) => name === "Host")?.inputs ?? [];
  const configuration = login.filter(({ name }) => configurable.includes(name));
  const objects = new Map([...typed.objects].map(([name, type]) => [name, reader.objects.get(name) ?? type]));
  const enums = new Map([...typed.enums].map(([name, values]) => [name, reader.enums.get(name) ?? values]));
  return { model: { resources, objects, enums, configuration }, disagreements: reader.disagreements };
}

class SchemaReader {
  readonly disagreements: Disagreement[] = [];
  readonly objects = new Map<string, ObjectType>();
  readonly enums = new Map<string, readonly string[]>();
  private secrets: readonly string[] = [];
  private references: Record<string, JsonSchema> = {};

  constructor(private readonly typed: TypedModel) {}

  resource(resource: Resource): Resource {
    const definition: Rules | undefined = definitions[resource.name as Name];
    if (!definition) throw new Error(`${resource.name} has no definition.`);
    const schema = z.toJSONSchema(definition.schema, { io: "input", unrepresentable: "any" });
    this.secrets = definition.secrets;
    this.references = (schema.$defs ?? {}) as Record<string, JsonSchema>;
    const notWritten = [...(definition.derived?.keys ?? []), ...(definition.decided?.keys ?? [])];
    return { ...resource, inputs: this.properties(resource.inputs, schema, resource.name, notWritten) };
  }

  private properties(all: readonly Property[], given: JsonSchema, owner: string, notWritten: readonly string[] = []) {
    const schema = this.resolved(given);
    const names = all.flatMap(({ name }) => spread[`${owner}.${name}`] ?? [name]);
    for (const name of Object.keys(schema.properties ?? {}))
      if (!names.includes(name) && !notWritten.includes(name))
        this.disagree(`${owner}.${name}`, "is in the zod schema, and no property of the interface");
    return all.map((property) => this.property(property, schema, owner));
  }

  private property(property: Property, schema: JsonSchema, owner: string): Property {
    const at = `${owner}.${property.name}`;
    if (at in spread) return property;
    const own = schema.properties?.[property.name];
    if (own === undefined) {
      this.disagree(at, "is a property of the interface, and not in the zod schema");
      return property;
    }
    const value = this.resolved(own as JsonSchema);
    const isRequired = schema.required?.includes(property.name) ?? false;
    if (isRequired !== property.isRequired && !filledIn.includes(at))
      this.disagree(at, `is ${isRequired ? "required" : "optional"} in the zod schema, and not so in the interface`);
    const shape = this.shape(property.shape, value, at);
    const problem = defaultProblem(property.doc.default, value.default);
    if (problem !== undefined) this.disagree(at, problem);
    return {
      ...property,
      shape,
      isSecret: this.secrets.includes(property.name),
      ...(isPrimitive(value.default) && { default: value.default }),
      ...rangeOf(value),
    };
  }

  private shape(shape: Shape, given: JsonSchema, at: string): Shape {
    const schema = this.resolved(given);
    if (shape.kind === "number" && schema.type === "integer") return { kind: "integer" };
    if (shape.kind === "list" && shape.of.kind !== "resource" && schema.items)
      return { kind: "list", of: this.shape(shape.of, schema.items as JsonSchema, at) };
    if (shape.kind === "map" && typeof schema.additionalProperties === "object")
      return { kind: "map", of: this.shape(shape.of, schema.additionalProperties, at) };
    if (shape.kind === "union")
      return { kind: "union", of: shape.of.map((one) => this.shape(one, variantOf(schema, one), at)) };
    if (shape.kind === "enum") this.enumeration(shape.name, schema, at);
    if (shape.kind === "object") this.object(shape.name, schema);
    return shape;
  }

  private enumeration(name: string, { enum: several, const: only }: JsonSchema, at: string): void {
    const values = (several ?? (only === undefined ? undefined : [only])) as string[] | undefined;
    if (values === undefined) return; // what zod has no words for is left to tsc
    const typed = this.typed.enums.get(name) ?? [];
    if (JSON.stringify([...typed].sort()) !== JSON.stringify([...values].sort()))
      this.disagree(
        at,
        `is one of ${values.join(", ")} in the zod schema, and of ${typed.join(", ")} in the interface`,
      );
    this.enums.set(name, values);
  }

  private object(name: string, schema: JsonSchema): void {
    const type = this.typed.objects.get(name);
    if (!type || this.objects.has(name)) return;
    this.objects.set(name, type); // a type may have itself within
    this.objects.set(name, { ...type, properties: this.properties(type.properties, schema, name) });
  }

  private resolved(schema: JsonSchema): JsonSchema {
    const name = schema.$ref?.replace("#/$defs/", "");
    const target = name === undefined ? undefined : this.references[name];
    return target ? { ...target, ...(schema.default !== undefined && { default: schema.default }) } : schema;
  }

  private disagree(at: string, reason: string): void {
    this.disagreements.push({ at, reason });
  }
}

interface Rules {
  schema: z.ZodObject;
  secrets: readonly string[];
  derived?: { keys: readonly string[] };
  decided?: { keys: readonly string[] };
}

const typeNames: Readonly<Record<string, string>> = {
  list: "array",
  map: "object",
  enum: "string",
  resource: "object",
};

function variantOf(schema: JsonSchema, { kind }: Shape): JsonSchema {
  const variants = (schema.anyOf ?? []) as JsonSchema[];
  return variants.find(({ type }) => type === (typeNames[kind] ?? kind)) ?? {};
}

const isPrimitive = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);

/** zod's own limits of whole numbers say nothing. */
const isSaid = (limit: number | undefined) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;

function rangeOf({ minimum, maximum }: JsonSchema): { range?: Range } {
  const range = { ...(isSaid(minimum) && { least: minimum }), ...(isSaid(maximum) && { most: maximum }) } as Range;
  return Object.keys(range).length > 0 ? { range } : {};
}
