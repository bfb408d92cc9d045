/** Pure: an example as a Pulumi YAML program. */
import { type Example, hyphenated, isFileText, isReference, nameOf, type Reference, type Value } from "./example";

export function yamlOf(example: Example): string {
  const resources = example.map((declaration) => {
    const { variable, type, properties, dependsOn = [] } = declaration;
    const key = hyphenated(variable);
    const entries = Object.entries(properties).map(([name, value]) => entry(name, value, "      "));
    return [
      `  ${key}:`,
      `    type: kvm:${type}`,
      ...(nameOf(declaration) === key ? [] : [`    name: ${nameOf(declaration)}`]),
      "    properties:",
      ...entries,
      ...(dependsOn.length > 0
        ? [`    options: { dependsOn: [${dependsOn.map((one) => `"\${${hyphenated(one)}}"`).join(", ")}] }`]
        : []),
    ].join("\n");
  });
  return ["name: fleet", "runtime: yaml", "resources:", ...resources].join("\n");
}

function entry(name: string, value: Value, indent: string): string {
  if (typeof value !== "object" || isReference(value)) return `${indent}${name}: ${scalar(value)}`;
  if (isFileText(value)) return `${indent}${name}:\n${indent}  fn::readFile: ${value.contentOf}`;
  if (!Array.isArray(value))
    return [`${indent}${name}:`, ...Object.entries(value).map(([key, one]) => entry(key, one, `${indent}  `))].join(
      "\n",
    );
  return [`${indent}${name}:`, ...value.map((one) => element(one, `${indent}  `))].join("\n");
}

function element(value: Value, indent: string): string {
  if (typeof value !== "object" || isReference(value)) return `${indent}- ${scalar(value)}`;
  const [first = "", ...others] = Object.entries(value as Record<string, Value>).map(([key, one]) =>
    entry(key, one, `${indent}  `),
  );
  return [`${indent}- ${first.trimStart()}`, ...others].join("\n");
}

function scalar(value: string | number | boolean | Reference): string {
  if (typeof value === "object") return referenceTo(value);
  return typeof value === "string" && !/^[A-Za-z/~][\w./-]*$/.test(value) ? JSON.stringify(value) : String(value);
}

function referenceTo({ resource, output, key }: Reference): string {
  const path = [hyphenated(resource), ...(output === undefined ? [] : [output]), ...(key === undefined ? [] : [key])];
  return `\${${path.join(".")}}`;
}
