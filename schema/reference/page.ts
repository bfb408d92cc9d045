/** Pure: the page of one resource, from the model that the package schema is made of. */
import { cannotBeImported, exampleOf, isImportable } from "../../provider/plugin/import-ids";
import type { Model, Property, Resource } from "../model";
import { examples } from "./examples";
import { exampleProblems } from "./problems";
import { objectsIn, propertyList } from "./properties";
import { pythonOf } from "./python";
import { asSentence, linked, seen } from "./text";
import { typescriptOf } from "./typescript";
import { yamlOf } from "./yaml";

const notice = "<!-- Made by `npm run docs` from docstrings, schemas and schema/reference/examples.ts. -->";
const [ofInput, ofOutput] = ["required", "always there"];

/** @throws Error that says what of the example is not as the schema has it */
export function pageOf(model: Model, { name, summary, doc, inputs, outputs }: Resource): string {
  const example = examples[name] ?? [];
  const problems = exampleProblems(model, example);
  if (example.length === 0 || problems.length > 0)
    throw new Error(`The example of ${name}: ${problems.join("; ") || "there is none"}.`);
  return `${[
    notice,
    `# ${name}`,
    linked(summary),
    linked(doc.text),
    "## Inputs",
    propertyList(model, inputs, ofInput),
    "## Outputs",
    propertyList(model, outputs, ofOutput),
    ...typeSections(model, inputs, outputs),
    "## Example",
    fence("ts", typescriptOf(example)),
    fence("python", pythonOf(model, example)),
    fence("yaml", yamlOf(example)),
    ...(doc.throws === undefined ? [] : ["## Errors", asSentence(`Fails ${linked(doc.throws)}`)]),
    "## Import",
    importText(name),
    "## Drift",
    asSentence(linked(doc.drift ?? "")),
    ...(doc.see.length === 0 ? [] : ["## See also", doc.see.map((one) => `- ${seen(one)}`).join("\n")]),
  ].join("\n\n")}\n`;
}

const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

const importText = (name: string) =>
  isImportable(name)
    ? `${fence("sh", `pulumi import kvm:index:${name} NAME ${exampleOf(name)}`)}\n\nWith the plugin ([plugin.md](../plugin.md#import)). Programs that use the npm package alone take over by \`adopt\` ([adoption.md](../adoption.md)).`
    : cannotBeImported(name);

function typeSections(model: Model, inputs: readonly Property[], outputs: readonly Property[]): string[] {
  const ofInputs = objectsIn(model, inputs);
  const names = [...new Set([...ofInputs, ...objectsIn(model, outputs)])];
  const sections = names.flatMap((name) => {
    const { doc, properties } = model.objects.get(name) ?? { doc: { text: "" }, properties: [] };
    const list = propertyList(model, properties, ofInputs.includes(name) ? ofInput : ofOutput);
    return [`### ${name}`, ...(doc.text === "" ? [] : [linked(doc.text)]), list];
  });
  return sections.length === 0 ? [] : ["## Types", ...sections];
}
