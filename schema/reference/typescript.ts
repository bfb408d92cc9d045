/** Pure: an example as a TypeScript program. */
import { type Example, isFileText, isReference, nameOf, type Reference, usedIn, type Value } from "./example";

/** Outputs that the class has a method for. */
const methods: Readonly<Record<string, string>> = { placements: "hostOf", powerStates: "powerStateOf" };
const widest = 100;

export function typescriptOf(example: Example): string {
  const used = usedIn(example);
  const types = [...new Set(example.map(({ type }) => type))].sort();
  const statements = example.map((declaration) => {
    const { variable, type, properties, dependsOn = [] } = declaration;
    const options = dependsOn.length > 0 ? `, { dependsOn: [${dependsOn.join(", ")}] }` : "";
    const call = (args: string) => `new ${type}(${JSON.stringify(nameOf(declaration))}, ${args}${options});`;
    const begin = used.has(variable) ? `const ${variable} = ` : "";
    const line = `${begin}${call(inline({ ...properties }))}`;
    return line.length <= widest ? line : `${begin}${call(block({ ...properties }, ""))}`;
  });
  const reads = statements.some((line) => line.includes("readFileSync("));
  const imports = [
    ...(reads ? ['import { readFileSync } from "node:fs";'] : []),
    `import { ${types.join(", ")} } from "pulumi-kvm-live";`,
  ];
  return [...imports, "", ...statements].join("\n");
}

function inline(value: Value): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (isReference(value)) return referenceTo(value);
  if (isFileText(value)) return `readFileSync(${JSON.stringify(value.contentOf)}, "utf8")`;
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, one]) => entry(key, inline(one)))
    .join(", ")} }`;
}

function block(value: Value, indent: string): string {
  const line = inline(value);
  if (indent !== "" && indent.length + line.length < widest - 20) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((one) => `${inner}${block(one, inner)},\n`).join("")}${indent}]`;
  if (typeof value !== "object" || isReference(value) || isFileText(value)) return line;
  const entries = Object.entries(value).map(([key, one]) => `${inner}${entry(key, block(one, inner))},\n`);
  return `{\n${entries.join("")}${indent}}`;
}

/** As people write it where the variable is called like the property. */
const entry = (key: string, value: string) => (key === value ? key : `${key}: ${value}`);

function referenceTo({ resource, output, key }: Reference): string {
  if (output === undefined) return resource;
  return key === undefined ? `${resource}.${output}` : `${resource}.${methods[output]}(${JSON.stringify(key)})`;
}
