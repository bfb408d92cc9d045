/** Examples as data, so that one says the same in every language. */

/** A resource, or an output of one. */
export interface Reference {
  resource: string;
  output?: string;
  /** Of an output that has a value for each name. */
  key?: string;
}

/** What is in a file beside the program. */
export interface FileText {
  contentOf: string;
}

export type Value = string | number | boolean | Reference | FileText | readonly Value[] | { [key: string]: Value };

export interface Declaration {
  /** In camelCase, as programs name it. */
  variable: string;
  /** The resource's. @default the variable, in words with hyphens */
  name?: string;
  type: string;
  properties: Readonly<Record<string, Value>>;
  /** Variables. */
  dependsOn?: readonly string[];
}

export type Example = readonly Declaration[];

export const isReference = (value: Value): value is Reference =>
  typeof value === "object" && "resource" in value && typeof value.resource === "string";
export const isFileText = (value: Value): value is FileText =>
  typeof value === "object" && "contentOf" in value && typeof value.contentOf === "string";

/** `hvA` is `hv-a`. */
export const hyphenated = (variable: string): string =>
  variable.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const nameOf = ({ variable, name = hyphenated(variable) }: Declaration): string => name;

/** Variables that something refers to. */
export function usedIn(example: Example): ReadonlySet<string> {
  const within = (value: Value): string[] => {
    if (typeof value !== "object" || isFileText(value)) return [];
    if (isReference(value)) return [value.resource];
    return Object.values(value as Record<string, Value>).flatMap(within);
  };
  return new Set(example.flatMap(({ properties, dependsOn = [] }) => [...within({ ...properties }), ...dependsOn]));
}
