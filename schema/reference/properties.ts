/** Pure: properties as lists of a page. */
import type { Model, Property, Range, Shape } from "../model";
import { defaultText, linked, onOneLine, seen } from "./text";

/** @param certain what is said of those that are never left out */
export const propertyList = (model: Model, properties: readonly Property[], certain: string): string =>
  properties.map((property) => propertyItem(model, property, certain)).join("\n");

function propertyItem(model: Model, property: Property, certain: string): string {
  const { name, doc, shape, isRequired, isSecret, range, default: value } = property;
  const said = doc.default ?? (value === undefined ? undefined : JSON.stringify(value));
  const marks = [typeText(model, shape), ...(isRequired ? [certain] : []), ...(isSecret ? ["secret"] : [])];
  const sentences = [
    linked(doc.text),
    ...(range && !doc.text.includes(String(range.most)) ? [rangeText(range)] : []),
    ...(said === undefined ? [] : [`Default: ${defaultText(said)}.`]),
    ...doc.see.map((one) => `See ${seen(one)}.`),
    ...(doc.deprecated === undefined ? [] : [`Deprecated: ${doc.deprecated}`]),
  ];
  return `- **\`${name}\`** (${marks.join(", ")}): ${onOneLine(sentences.join(" "))}`;
}

function rangeText({ least, most }: Range): string {
  if (most === undefined) return `${least} or more.`;
  return least === undefined ? `${most} at most.` : `${least} to ${most}.`;
}

function typeText(model: Model, shape: Shape): string {
  switch (shape.kind) {
    case "enum":
      return (model.enums.get(shape.name) ?? []).map((value) => `\`"${value}"\``).join(" or ");
    case "object":
      return `[${shape.name}](#${shape.name.toLowerCase()})`;
    case "resource":
      return `[${shape.name}](${shape.name}.md)`;
    case "list":
      return `list of ${typeText(model, shape.of)}`;
    case "map":
      return `map of ${typeText(model, shape.of)}`;
    case "union":
      return shape.of.map((one) => typeText(model, one)).join(" or ");
    default:
      return shape.kind;
  }
}

/** Types of objects that these have within, each once, in the order of their use. */
export function objectsIn(model: Model, properties: readonly Property[]): string[] {
  const found = new Set<string>();
  const visit = (shape: Shape): void => {
    if (shape.kind === "list" || shape.kind === "map") visit(shape.of);
    if (shape.kind === "union") shape.of.forEach(visit);
    if (shape.kind !== "object" || found.has(shape.name)) return;
    found.add(shape.name);
    for (const property of model.objects.get(shape.name)?.properties ?? []) visit(property.shape);
  };
  for (const { shape } of properties) visit(shape);
  return [...found];
}
