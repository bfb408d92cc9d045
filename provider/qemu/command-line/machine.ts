/**
 * Pure: the machine that a command line names, and whether it needs KVM.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-0
 */
import { optionsOf, valuesOf } from "./arguments";
import { parseOptionList } from "./option-list";

/** e.g. `pc-i440fx-7.2`; undefined when none is named, and each QEMU takes its newest. */
export function machineOf(argv: readonly string[]): string | undefined {
  const named = valuesOf(argv, "machine", "M").map((value) => {
    const { first, values } = parseOptionList(value);
    return first ?? values.get("type");
  });
  return named.findLast((name) => name !== undefined);
}

/** Whether there is nothing else to fall back on: `accel=kvm:tcg` runs without as well. */
export function needsKvm(argv: readonly string[]): boolean {
  const accelerators = acceleratorsOf(argv);
  return accelerators.length > 0 && accelerators.every((name) => name === "kvm");
}

/** In the order in which QEMU tries them. Several `-accel` add up; of the older ways the last counts. */
function acceleratorsOf(argv: readonly string[]): string[] {
  const added = valuesOf(argv, "accel").map((value) => {
    const { first, values } = parseOptionList(value);
    return first ?? values.get("accel") ?? "";
  });
  if (added.length > 0) return added;
  const older = optionsOf(argv).map(({ option, value = "" }) => {
    if (option === "enable-kvm") return "kvm";
    return option === "machine" || option === "M" ? parseOptionList(value).values.get("accel") : undefined;
  });
  return older.findLast((names) => names !== undefined)?.split(":") ?? [];
}
