/**
 * Pure: QEMU's lists `first,key=value,…`, in which a comma within a value is doubled.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 * @see https://gitlab.com/qemu-project/qemu/-/blob/master/util/qemu-option.c `get_opt_name_value`
 */

/** @param first what stands in front without a key. QEMU takes a `=` before its first comma for a key's end. */
export function optionList(values: Record<string, string | number | boolean | undefined>, first?: string): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${doubled(typeof value === "boolean" ? onOff(value) : String(value))}`],
  );
  return [...(first === undefined ? [] : [doubled(first)]), ...pairs].join(",");
}

export interface OptionList {
  /** The element in front, when it has no key. */
  first?: string;
  /** The last one of each key, as in QEMU; elements without `=` are flags, which are "on". */
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
  const words = [...text.matchAll(/((?:,,|[^,])*)(?:,|$)/g)].map(([, word = ""]) => word);
  // Past the end there is one more match, of nothing.
  return words.slice(0, -1).map((word) => {
    const [, key, value] = /^([^=,]*)=(.*)$/s.exec(word) ?? [];
    return key === undefined ? { value: single(word) } : { key, value: single(value ?? "") };
  });
}

/** An element that is not in front: without `=` it is a flag. */
export const pairOf = ({ key, value }: Element): [key: string, value: string] =>
  key === undefined ? [value, "on"] : [key, value];

/** As QEMU reads a boolean. */
export const isOn = (value: string | undefined) => ["on", "yes", "true", "y"].includes(value ?? "");

const onOff = (value: boolean) => (value ? "on" : "off");
const doubled = (value: string) => value.replaceAll(",", ",,");
const single = (value: string) => value.replaceAll(",,", ",");
