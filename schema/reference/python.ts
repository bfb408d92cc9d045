/** Pure: an example as a Python program of the SDK that Pulumi generates. */
import type { Model, Shape } from "../model";
import { type Example, isFileText, isReference, nameOf, type Reference, usedIn, type Value } from "./example";

export function pythonOf(model: Model, example: Example): string {
  const used = usedIn(example);
  const statements = example.map((declaration) => {
    const { variable, type, properties, dependsOn = [] } = declaration;
    const inputs = model.resources.find(({ name }) => name === type)?.inputs ?? [];
    const args = Object.entries(properties).map(([key, value]) => {
      const shape = inputs.find(({ name }) => name === key)?.shape;
      return `    ${snake(key)}=${literal(model, shape, value, "    ")},\n`;
    });
    const options =
      dependsOn.length > 0
        ? [`    opts=pulumi.ResourceOptions(depends_on=[${dependsOn.map(snake).join(", ")}]),\n`]
        : [];
    const begin = used.has(variable) ? `${snake(variable)} = ` : "";
    return `${begin}kvm.${type}(\n    ${JSON.stringify(nameOf(declaration))},\n${[...args, ...options].join("")})`;
  });
  const imports = [
    ...(statements.some((text) => text.includes("pulumi.R")) ? ["import pulumi"] : []),
    "import pulumi_kvm as kvm",
  ];
  return [imports.join("\n"), ...statements].join("\n\n");
}

function literal(model: Model, shape: Shape | undefined, value: Value, indent: string): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  if (isReference(value)) return referenceTo(value);
  if (isFileText(value)) return `open(${JSON.stringify(value.contentOf)}).read()`;
  if (Array.isArray(value)) {
    const of = shape?.kind === "list" ? shape.of : undefined;
    return `[${value.map((one) => literal(model, of, one, indent)).join(", ")}]`;
  }
  const object = shape?.kind === "union" ? shape.of.find(({ kind }) => kind === "object") : shape;
  const properties = object?.kind === "object" ? (model.objects.get(object.name)?.properties ?? []) : undefined;
  const inner = `${indent}    `;
  const entries = Object.entries(value as Record<string, Value>).map(([key, one]) => {
    const of = properties?.find(({ name }) => name === key)?.shape ?? (object?.kind === "map" ? object.of : undefined);
    // The names in a map are the program's own.
    return `${inner}${JSON.stringify(properties ? snake(key) : key)}: ${literal(model, of, one, inner)},\n`;
  });
  return `{\n${entries.join("")}${indent}}`;
}

function referenceTo({ resource, output, key }: Reference): string {
  if (output === undefined) return snake(resource);
  return `${snake(resource)}.${snake(output)}${key === undefined ? "" : `[${JSON.stringify(key)}]`}`;
}

/** As Pulumi's generator for Python does: `memoryMiB` is `memory_mi_b`. */
export const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
