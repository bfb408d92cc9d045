/** Pure: what is wrong with an example, by the model that the package schema is made of. */
import type { Model, Property, Shape } from "../model";
import { type Example, isFileText, isReference, type Reference, type Value } from "./example";

/** @returns a line for each property that is not as the schema has it */
export function exampleProblems(model: Model, example: Example): string[] {
  const typeOf = (variable: string) => example.find((one) => one.variable === variable)?.type ?? "";
  const resource = (type: string) => model.resources.find(({ name }) => name === type);

  function ofObject(properties: readonly Property[], value: Record<string, Value>, at: string): string[] {
    const names = properties.map(({ name }) => name);
    return [
      ...Object.keys(value).flatMap((key) => (names.includes(key) ? [] : [`${at}.${key} is no property`])),
      ...properties.flatMap(({ name, isRequired, shape }) => {
        const given = value[name];
        if (given === undefined) return isRequired ? [`${at}.${name} is missing`] : [];
        return ofValue(shape, given, `${at}.${name}`);
      }),
    ];
  }

  function ofValue(shape: Shape, value: Value, at: string): string[] {
    if (shape.kind === "union") {
      const each = shape.of.map((one) => ofValue(one, value, at));
      return each.some((problems) => problems.length === 0) ? [] : (each[0] ?? []);
    }
    if (typeof value === "object" && isReference(value)) return ofReference(shape, value, at);
    if (typeof value === "object" && isFileText(value)) return shape.kind === "string" ? [] : [`${at} is no text`];
    if (shape.kind === "list")
      return Array.isArray(value) ? value.flatMap((one) => ofValue(shape.of, one, at)) : [`${at} is no list`];
    if (shape.kind === "map")
      return ofEntries(value, at, (entries) =>
        Object.entries(entries).flatMap(([key, one]) => ofValue(shape.of, one, `${at}.${key}`)),
      );
    if (shape.kind === "object")
      return ofEntries(value, at, (entries) => ofObject(model.objects.get(shape.name)?.properties ?? [], entries, at));
    if (shape.kind === "enum")
      return model.enums.get(shape.name)?.includes(String(value)) ? [] : [`${at} is none of the words`];
    const kind = shape.kind === "integer" ? "number" : shape.kind;
    return typeof value === kind ? [] : [`${at} is no ${shape.kind}`];
  }

  function ofEntries(value: Value, at: string, judge: (entries: Record<string, Value>) => string[]): string[] {
    const isObject = typeof value === "object" && !Array.isArray(value);
    return isObject ? judge(value as Record<string, Value>) : [`${at} is no object`];
  }

  function ofReference(shape: Shape, { resource: variable, output, key }: Reference, at: string): string[] {
    const type = typeOf(variable);
    if (output === undefined)
      return shape.kind === "resource" && shape.name === type ? [] : [`${at} is no place for a ${type}`];
    const found = resource(type)?.outputs.find(({ name }) => name === output)?.shape;
    const given = key !== undefined && found?.kind === "map" ? found.of : found;
    return given?.kind === shape.kind ? [] : [`${at} is no place for ${variable}.${output}`];
  }

  return example.flatMap(({ type, properties, variable, dependsOn = [] }) => [
    ...ofObject(resource(type)?.inputs ?? [], { ...properties }, variable),
    ...dependsOn.flatMap((other) =>
      typeOf(other) === "" ? [`${variable} depends on ${other}, which is nothing`] : [],
    ),
  ]);
}
