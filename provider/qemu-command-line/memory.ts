/** Pure: the memory that a command line gives a guest. @see https://www.qemu.org/docs/master/system/invocation.html (-m) */
import { optionsOf, optionValues } from "./arguments";
import { parseOptionList } from "./option-list";

const defaultKiB = 128 * 1024;

const factors: Readonly<Record<string, number>> = {
  "": 2 ** 10,
  B: 2 ** -10,
  K: 1,
  M: 2 ** 10,
  G: 2 ** 20,
  T: 2 ** 30,
};

/** @returns KiB; undefined where it is taken out of files, such as huge pages, or not known */
export function memoryKiBOf(argv: readonly string[]): number | undefined {
  if (optionsOf(argv).some(({ option }) => option === "mem-path")) return undefined;
  if (optionValues(argv, "object").some((value) => value.includes("memory-backend-file"))) return undefined;
  const sizes = optionValues(argv, "m").flatMap((value) => {
    const { first, values } = parseOptionList(value);
    return first ?? values.get("size") ?? [];
  });
  const last = sizes.at(-1);
  if (last === undefined) return defaultKiB;
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([BKMGT]?)$/i.exec(last) ?? [];
  return number === undefined ? undefined : Math.ceil(Number(number) * (factors[unit.toUpperCase()] ?? Number.NaN));
}
