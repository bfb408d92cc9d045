/**
 * Pure: QEMU's option lists, `first,key=value,…`, in which a comma within a value is doubled.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 * @see https://gitlab.com/qemu-project/qemu/-/blob/master/util/qemu-option.c `get_opt_name_value`
 */

/** @param first the element in front, without a key. QEMU takes a `=` before its first comma for the end of a key. */
export function optionList(values: Record<string, string | number | boolean | undefined>, first?: string): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escaped(typeof value === "boolean" ? onOff(value) : String(value))}`],
  );
  return [...(first === undefined ? [] : [escaped(first)]), ...pairs].join(",");
}

export interface OptionList {
  /** The element in front, if it has no key. */
  first?: string;
  /** The last value of each key, as in QEMU; elements without `=` are flags with the value "on". */
  values: ReadonlyMap<string, string>;
}

export function parseOptionList(text: string): OptionList {
  const [head, ...tail] = elementsOf(text);
  if (head === undefined) return { values: new Map() };
  const [first, rest] = head.key === undefined ? [head.value, tail] : [undefined, [head, ...tail]];
  return { ...(first !== undefined && { first }), values: new Map(rest.map(pairOf)) };
}

interface Element {
  /** Undefined when there is no `=`. */
  key?: string;
  value: string;
}

export function elementsOf(text: string): Element[] {
  const parts = [...text.matchAll(/((?:,,|[^,])*)(?:,|$)/g)].map(([, part = ""]) => part);
  // The last match is an empty one at the end of the text.
  return parts.slice(0, -1).map((part) => {
    const [, key, value] = /^([^=,]*)=(.*)$/s.exec(part) ?? [];
    return key === undefined ? { value: unescaped(part) } : { key, value: unescaped(value ?? "") };
  });
}

/** Key and value of an element that is not in front: without `=` it is a flag. */
export const pairOf = ({ key, value }: Element): [key: string, value: string] =>
  key === undefined ? [value, "on"] : [key, value];

/** QEMU's rule for booleans. */
export const isOn = (value: string | undefined) => ["on", "yes", "true", "y"].includes(value ?? "");
export const isOff = (value: string | undefined) => ["off", "no", "false", "n"].includes(value ?? "");

const onOff = (value: boolean) => (value ? "on" : "off");
const escaped = (value: string) => value.replaceAll(",", ",,");
const unescaped = (value: string) => value.replaceAll(",,", ",");
