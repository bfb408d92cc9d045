/**
 * Pure: the machine that a command line names, and whether it needs KVM.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-0
 */
import { optionsOf, optionValues } from "./arguments";
import { parseOptionList } from "./option-list";

/** The machine type, e.g. `pc-i440fx-7.2`; undefined when none is named, so that each QEMU takes its newest. */
export function machineOf(argv: readonly string[]): string | undefined {
  const named = optionValues(argv, "machine", "M").map((value) => {
    const { first, values } = parseOptionList(value);
    return first ?? values.get("type");
  });
  return named.findLast((name) => name !== undefined);
}

/** True when KVM is the only accelerator: `accel=kvm:tcg` also runs without it. */
export function needsKvm(argv: readonly string[]): boolean {
  const accelerators = acceleratorsOf(argv);
  return accelerators.length > 0 && accelerators.every((name) => name === "kvm");
}

/** True when QEMU is told to do without KVM. */
export const usesTcg = (argv: readonly string[]): boolean => acceleratorsOf(argv)[0] === "tcg";

/**
 * Accelerators in the order in which QEMU tries them. Several `-accel` add up; of the older options the last counts.
 */
function acceleratorsOf(argv: readonly string[]): string[] {
  const added = optionValues(argv, "accel").map((value) => {
    const { first, values } = parseOptionList(value);
    return first ?? values.get("accel") ?? "";
  });
  if (added.length > 0) return added;
  const olderOptions = optionsOf(argv).map(({ option, value = "" }) => {
    if (option === "enable-kvm") return "kvm";
    return option === "machine" || option === "M" ? parseOptionList(value).values.get("accel") : undefined;
  });
  return olderOptions.findLast((names) => names !== undefined)?.split(":") ?? [];
}
