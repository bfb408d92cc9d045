/** The resources as a program sees them, whatever its language: made once, and written as a schema and as pages. */

export interface Doc {
  /** Markdown. */
  text: string;
  /** As the docstring says it: a value, or where the value comes from. */
  default?: string;
  throws?: string;
  see: readonly string[];
  examples: readonly string[];
  deprecated?: string;
  /** Of a resource: what a refresh shows, and what the next `pulumi up` does about it. */
  drift?: string;
}

export type Shape =
  | { kind: "string" | "number" | "integer" | "boolean" }
  | { kind: "enum"; name: string }
  | { kind: "object"; name: string }
  | { kind: "resource"; name: string }
  | { kind: "list" | "map"; of: Shape }
  | { kind: "union"; of: readonly Shape[] };

export interface Property {
  name: string;
  doc: Doc;
  shape: Shape;
  isRequired: boolean;
  isSecret: boolean;
  /** What is written into the inputs where the program says nothing. */
  default?: unknown;
  /** Least and greatest value of a number. */
  range?: Range;
}

export interface Range {
  least?: number;
  most?: number;
}

export interface ObjectType {
  doc: Doc;
  properties: readonly Property[];
}

export interface Resource {
  name: string;
  /** What it is and what it owns, in a sentence or two. */
  summary: string;
  doc: Doc;
  inputs: readonly Property[];
  outputs: readonly Property[];
}

export interface Model {
  resources: readonly Resource[];
  /** By their names. */
  objects: ReadonlyMap<string, ObjectType>;
  /** Values by the names of the types. */
  enums: ReadonlyMap<string, readonly string[]>;
  /** Defaults of logins for all Hosts of a program. */
  configuration: readonly Property[];
}

/** One place where docstrings, interfaces and zod schemas do not say the same. */
export interface Disagreement {
  /** e.g. `DomainPlacement.migration.uri`. */
  at: string;
  reason: string;
}
