/**
 * The model in Pulumi's words: the package schema that SDKs of all languages are generated from.
 *
 * @see https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
 */
import { enumValueName } from "./enum-names";
import type { Doc, Model, ObjectType, Property, Resource, Shape } from "./model";

type Json = Record<string, unknown>;

/** What is said of the package as a whole. */
export interface PackageFacts {
  version: string;
  description: string;
  license: string;
  keywords: readonly string[];
}

export function pulumiSchema(model: Model, { version, description, license, keywords }: PackageFacts): Json {
  const variables = Object.fromEntries(model.configuration.map((one) => [one.name, configured(one)]));
  return {
    name: "kvm",
    displayName: "KVM live",
    version,
    description,
    license,
    keywords: [...keywords, "kind/native", "category/infrastructure"],
    config: { variables },
    provider: { description: "Logins of all Hosts that do not say otherwise.", inputProperties: variables },
    types: { ...typesOf(model.objects), ...enumsOf(model.enums), [token(placedDomain.name)]: placedDomain.type },
    resources: Object.fromEntries(model.resources.map((one) => [token(one.name), resourceOf(one)])),
    language: {
      nodejs: { packageName: "pulumi-kvm", respectSchemaVersion: true },
      python: { pyproject: { enabled: true }, respectSchemaVersion: true },
      go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
      csharp: { respectSchemaVersion: true },
    },
  };
}

/** A Domain by what it stands for: what `pulumi import` writes, which knows no other resources. */
const placedDomain = {
  name: "PlacedDomain",
  type: {
    type: "object",
    description: "What a guest is known by: the outputs of a Domain of the same names.",
    properties: Object.fromEntries(["uuid", "name", "definition"].map((name) => [name, { type: "string" }])),
    required: ["uuid", "name", "definition"],
  },
};

/** What may stand in place of a resource. A Host may be a word, as ssh takes it: `[USER@]ADDRESS[:PORT]`. */
const alternatives: Readonly<Record<string, Json>> = {
  Host: { type: "string" },
  Domain: { $ref: `#/types/kvm:index:${placedDomain.name}` },
};

const token = (name: string) => `kvm:index:${name}`;

function resourceOf({ name, doc, inputs, outputs }: Resource): Json {
  return {
    description: described(doc, { throws: true }),
    inputProperties: propertiesOf(inputs),
    requiredInputs: required(inputs),
    properties: propertiesOf(outputs),
    required: required(outputs),
    // A stack that the dynamic provider has made goes on as it is.
    aliases: [{ type: `pulumi-nodejs:dynamic/kvm:${name}` }],
  };
}

const typesOf = (objects: Model["objects"]): Json =>
  Object.fromEntries([...objects].sort(byName).map(([name, type]) => [token(name), objectOf(type)]));

const objectOf = ({ doc, properties }: ObjectType): Json => ({
  type: "object",
  description: described(doc),
  properties: propertiesOf(properties, anything),
  required: required(properties),
});

const enumsOf = (enums: Model["enums"]): Json =>
  Object.fromEntries(
    [...enums].sort(byName).map(([name, values]) => {
      const named = values.map((value) => ({ name: enumValueName(value), value }));
      return [token(name), { type: "string", enum: named }];
    }),
  );

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

/** The type of a property that takes resources of this name. */
type ResourceType = (name: string) => Json;

const choice: ResourceType = (name) => oneOf([{ $ref: `#/resources/${token(name)}` }, alternatives[name]]);

/**
 * In an object: Pulumi's SDKs for Python have all objects in one file, which would import the resource's, which imports
 * that one, and no program could import the package. A resource can be handed over all the same.
 */
const anything: ResourceType = () => ({ $ref: "pulumi.json#/Any" });

const propertiesOf = (properties: readonly Property[], resourceType = choice): Json =>
  Object.fromEntries(properties.map((property) => [property.name, propertyOf(property, resourceType)]));

const required = (properties: readonly Property[]) =>
  properties.filter(({ isRequired }) => isRequired).map(({ name }) => name);

const propertyOf = ({ doc, shape, isSecret, default: value }: Property, resourceType: ResourceType): Json => ({
  ...typeOf(shape, resourceType),
  description: described(doc),
  // Pulumi's generator for Go has no defaults for unions.
  ...(value !== undefined && shape.kind !== "union" && { default: value }),
  ...(isSecret && { secret: true }),
  ...(doc.deprecated !== undefined && { deprecationMessage: doc.deprecated }),
});

function typeOf(shape: Shape, resourceType: ResourceType): Json {
  switch (shape.kind) {
    case "enum":
    case "object":
      return { $ref: `#/types/${token(shape.name)}` };
    case "resource":
      return resourceType(shape.name);
    case "list":
      return { type: "array", items: typeOf(shape.of, resourceType) };
    case "map":
      return { type: "object", additionalProperties: typeOf(shape.of, resourceType) };
    case "union":
      return oneOf(shape.of.map((one) => typeOf(one, resourceType)));
    default:
      return { type: shape.kind };
  }
}

/** Without what is there twice, and without choices within choices. */
function oneOf(types: readonly (Json | undefined)[]): Json {
  const all = types.flatMap((type) => (type === undefined ? [] : ((type.oneOf as Json[] | undefined) ?? [type])));
  const distinct = [...new Map(all.map((type) => [JSON.stringify(type), type])).values()];
  return distinct.length === 1 && distinct[0] ? distinct[0] : { oneOf: distinct };
}

/** Configuration is text. */
const configured = ({ doc }: Property): Json => ({ type: "string", description: described(doc) });

function described({ text, default: value, throws, see }: Doc, { throws: withErrors = false } = {}): string {
  return [
    text,
    ...(value === undefined ? [] : [`Default: ${value}`]),
    ...(throws === undefined || !withErrors ? [] : [`Fails ${throws}.`]),
    ...see.map((one) => `See ${one}`),
  ]
    .filter(Boolean)
    .join("\n\n");
}
