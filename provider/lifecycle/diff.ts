/** Pure: what a change of properties means. */
import { isDeepStrictEqual } from "node:util";
import { type Properties, pendingKey, providerKey } from "./control-keys";

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
}

/** @param olds the state's outputs, which hold all inputs. @param news the checked inputs */
export function difference(olds: Properties, news: Properties, { inputs, replaceOn }: DiffRules): Difference {
  const changed = inputs.filter((key) => !isDeepStrictEqual(plain(olds[key]), plain(news[key])));
  const replaces = changed.filter((key) => replaceOn.includes(key));
  const pending = olds[pendingKey];
  const repair = (Array.isArray(pending) && pending.length > 0) || olds[providerKey] !== news[providerKey];
  const replacement = { replaces, deleteBeforeReplace: replaces.length > 0 };
  if (repair) return { changes: true, ...replacement };
  return changed.length > 0 ? replacement : { changes: false, ...replacement };
}

/** Pulumi drops undefined and null on the way through the state. */
function plain(value: unknown): unknown {
  return value === undefined || value === null ? undefined : JSON.parse(JSON.stringify(value));
}
