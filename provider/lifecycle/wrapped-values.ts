/**
 * Pure: secrets as Pulumi hands them to a plugin, and as it wants them back: wrapped, at the value that is secret. Handlers
 * see plain values.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.248.0/sdk/nodejs/runtime/rpc.ts
 */
import type { Properties } from "./control-keys";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const referenceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Keys from the outside to a value; those of a list are its indices. */
type Path = readonly string[];

/** A resource that the program has handed over as an input. */
export interface Reference {
  urn: string;
}

/** Also of what Pulumi has encrypted in a state. */
export const isWrapped = (value: unknown): boolean => isRecord(value) && signatureKey in value;

const isRecord = (value: unknown): value is Properties => typeof value === "object" && value !== null;

export const isReference = (value: unknown): value is Reference =>
  isRecord(value) && value[signatureKey] === referenceSignature && typeof value.urn === "string";

/** @returns what is wrapped, and whether it is secret; undefined for what is not wrapped */
export function unwrapped(value: unknown, unknownValue: string): { value: unknown; isSecret: boolean } | undefined {
  if (!isRecord(value)) return undefined;
  if (value[signatureKey] === secretSignature) return { value: value.value, isSecret: true };
  if (value[signatureKey] !== outputSignature) return undefined;
  return { value: "value" in value ? value.value : unknownValue, isSecret: value.secret === true };
}

export const asSecret = (value: unknown): Properties => ({ [signatureKey]: secretSignature, value });

/** The values without wrappers, and the places of those that are secret. */
export function opened(properties: Properties, unknownValue: string): { plain: Properties; secrets: Path[] } {
  const secrets: Path[] = [];
  const open = (value: unknown, path: Path): unknown => {
    const inner = unwrapped(value, unknownValue);
    if (inner?.isSecret) secrets.push(path);
    if (inner) return open(inner.value, path);
    if (Array.isArray(value)) return value.map((one, index) => open(one, [...path, String(index)]));
    if (!isRecord(value) || isReference(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, open(one, [...path, key])]));
  };
  return { plain: open(properties, []) as Properties, secrets };
}

/** Wraps the values at these places, and those that have these names at any depth. */
export function sealed(properties: Properties, secrets: readonly Path[], names: readonly string[]): Properties {
  const places = new Set(secrets.map((path) => JSON.stringify(path)));
  const seal = (value: unknown, path: Path): unknown => {
    if (value === undefined || value === null) return value;
    if (places.has(JSON.stringify(path)) || names.includes(path.at(-1) ?? "")) return asSecret(value);
    if (Array.isArray(value)) return value.map((one, index) => seal(one, [...path, String(index)]));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, seal(one, [...path, key])]));
  };
  return seal(properties, []) as Properties;
}
