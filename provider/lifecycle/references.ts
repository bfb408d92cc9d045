/**
 * Pure: resources that a program hands over as inputs, in place of what they stand for. A plugin gets their URNs only; the
 * schema at the place says what is wanted of them: their name, or some of their inputs. A machine that is no resource can be
 * named as ssh does.
 */
import type { z } from "zod";
import { nameWithPort } from "../util/address";
import type { Properties } from "./control-keys";
import type { InputProblem } from "./inputs";
import { nameIn, typeIn } from "./urns";
import { asSecret, isReference, unwrapped } from "./wrapped-values";

export interface Meanings {
  unknownValue: string;
  /** The checked inputs of a resource of this run. */
  inputsOf(urn: string): Properties | undefined;
  /** The connection that a word like `admin@hv-a:2222` stands for. */
  connectionOf(word: string): Connection | undefined;
}

interface Connection {
  address: string;
  port?: number;
}

interface Parts {
  shape?: Record<string, z.ZodType>;
  /** Schema of a record's values. */
  valueType?: z.ZodType;
  /** Schema of a list's elements. */
  element?: z.ZodType;
}

/** A schema's parts, without what says that there may be no value. */
function partsOf(schema: z.ZodType | undefined): Parts {
  const def = (schema?.def ?? {}) as Parts & { innerType?: z.ZodType; getter?: () => z.ZodType };
  const inner = def.innerType ?? def.getter?.();
  return inner ? partsOf(inner) : def;
}

const isRecord = (value: unknown): value is Properties => typeof value === "object" && value !== null;

/**
 * @param olds the inputs of the last operation: with `--target` Pulumi does not check what is not its target
 * @returns the inputs with every reference resolved, and why one could not be
 */
export function withoutReferences(
  schema: z.ZodType,
  news: Properties,
  olds: Properties,
  { unknownValue, inputsOf, connectionOf }: Meanings,
): { inputs: Properties; problems: InputProblem[] } {
  const problems: InputProblem[] = [];

  function resolve(at: z.ZodType | undefined, value: unknown, old: unknown, path: readonly string[]): unknown {
    const { shape, valueType, element } = partsOf(at);
    const wrapped = unwrapped(value, unknownValue);
    if (wrapped) {
      const plain = resolve(at, wrapped.value, old, path);
      return wrapped.isSecret ? asSecret(plain) : plain;
    }
    const oldAt = (key: string) => (isRecord(old) ? old[key] : undefined);
    if (isReference(value) && !valueType) return shape ? meaning(shape, value.urn, old, path) : nameIn(value.urn);
    if (typeof value === "string") return shape ? named(shape, value) : value;
    if (Array.isArray(value) && valueType) {
      const byName = value.map((one, index) => [nameOf(one) ?? String(index), one] as const);
      return resolve(at, Object.fromEntries(byName), old, path);
    }
    if (Array.isArray(value)) return value.map((one, index) => resolve(element, one, undefined, [...path, `${index}`]));
    if (!isRecord(value) || !(shape || valueType)) return value;
    const entries = Object.entries(value).flatMap(([key, one]) => {
      // What the schema has no place for stands for its parts.
      if (shape && !shape[key] && isReference(one)) return Object.entries(meaning(shape, one.urn, old, path));
      return [[key, resolve(shape ? shape[key] : valueType, one, oldAt(key), [...path, key])]];
    });
    return Object.fromEntries(entries);
  }

  function meaning(shape: Properties, urn: string, old: unknown, path: readonly string[]): Properties {
    const name = nameIn(urn);
    const inputs = inputsOf(urn);
    if (inputs) return picked({ name, ...inputs }, Object.keys(shape));
    if (isRecord(old) && (old.name === undefined || old.name === name)) return old;
    const reason = `is the ${typeIn(urn)} ${name}, of which nothing is known here: another provider resource has it, or it is not a target of this run. Give both the same provider, or make it a target, too`;
    problems.push({ property: path.join("."), reason });
    return {};
  }

  /** Left as it is, for the schema to refuse, where no machine is wanted or the word is none. */
  function named(shape: Properties, word: string): unknown {
    const connection = "address" in shape && word !== unknownValue ? connectionOf(word) : undefined;
    return connection ? picked({ name: nameWithPort(connection), ...connection }, Object.keys(shape)) : word;
  }

  function nameOf(value: unknown): string | undefined {
    const { value: plain } = unwrapped(value, unknownValue) ?? { value };
    if (isReference(plain)) return nameIn(plain.urn);
    const connection = typeof plain === "string" ? connectionOf(plain) : undefined;
    return connection && nameWithPort(connection);
  }

  return { inputs: resolve(schema, news, olds, []) as Properties, problems };
}

const picked = (inputs: Properties, keys: readonly string[]): Properties =>
  Object.fromEntries(keys.flatMap((key) => (inputs[key] == null ? [] : [[key, inputs[key]]])));
