/** Pure: what a change of properties means. */
import { isDeepStrictEqual } from "node:util";
import { type Properties, providerKey, repairsOf } from "./control-keys";

export interface Difference {
  /**
   * Absent lets Pulumi compare the inputs itself, and show them; `true` is for what it cannot see there: repair,
   * drift, a value not known yet, another provider text.
   */
  changes?: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

export interface DiffRules {
  /** Names of all inputs. */
  inputs: readonly string[];
  /** Inputs that cannot change in place. */
  replaceOn: readonly string[];
  /** Pulumi's marker for a value that is not known yet in a preview: it may well turn out to be the old one. */
  unknownValue: string;
}

/** @param olds the state's outputs, which hold all inputs. @param news the checked inputs */
export function difference(olds: Properties, news: Properties, rules: DiffRules): Difference {
  const { inputs, replaceOn, unknownValue } = rules;
  const changed = changedInputs(olds, news, inputs);
  const replaces = changed.filter((key) => replaceOn.includes(key) && news[key] !== unknownValue);
  const replacement = { replaces, deleteBeforeReplace: replaces.length > 0 };
  const repair = repairsOf(olds).length > 0 || olds[providerKey] !== news[providerKey];
  if (repair) return { changes: true, ...replacement };
  return changed.length > 0 ? replacement : { changes: false, ...replacement };
}

/** Names of the inputs that differ. */
export function changedInputs(olds: Properties, news: Properties, inputs: readonly string[]): string[] {
  return inputs.filter((key) => !isDeepStrictEqual(plain(olds[key]), plain(news[key])));
}

/** Pulumi drops undefined and null on the way through the state, also within objects. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  return JSON.parse(JSON.stringify(value), (_, inner) => (inner === null ? undefined : inner));
}
