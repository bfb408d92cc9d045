/**
 * Pure: an option's value as pairs. Some options also take JSON, and nested keys have dots:
 * `file.filename=/x` and `{"file": {"filename": "/x"}}` are the same.
 *
 * @see https://gitlab.com/qemu-project/qemu/-/blob/master/util/keyval.c
 */
import { elementsOf, pairOf } from "./option-list";

/** A key may occur several times, as `hostfwd` does. */
export type Pairs = readonly (readonly [key: string, value: string])[];

/** @param implied the key of the element in front, if that has none; without it, that element is a flag */
export function optionPairs(text: string, implied?: string): Pairs {
  if (isJson(text)) return jsonPairs(text) ?? [];
  const elements = elementsOf(text).map((element, index) =>
    index === 0 && implied !== undefined && element.key === undefined ? { key: implied, ...element } : element,
  );
  return elements.map(pairOf);
}

/** QEMU's rule for telling JSON from an option list. */
export const isJson = (text: string) => text.startsWith("{");

/** @returns undefined when the text is not JSON */
export function jsonPairs(text: string): Pairs | undefined {
  try {
    return flattened(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function flattened(value: unknown, path: readonly string[] = []): Pairs {
  if (value === null || value === undefined) return [];
  if (typeof value === "object")
    return Object.entries(value).flatMap(([key, inner]) => flattened(inner, [...path, key]));
  return [[path.join("."), typeof value === "boolean" ? (value ? "on" : "off") : String(value)]];
}
