/** The same QEMU on both sides, or a machine type that is named and that both know. */
import type { Candidate } from "../placement/candidate";
import { needsOf } from "./command-line/needs";
import type { QemuGuestOptions } from "./placed-guest";
import { machinesAt, versionAt } from "./versions";

/** @returns why the destination would not take the source's state: it knows another machine by that name, or none */
export async function versionProblems(
  { emulator }: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const [here, there] = await Promise.all([from, to].map(({ host }) => versionAt(host, emulator, signal)));
  if (here === undefined || there === undefined || here === there) return [];
  const { machine } = needsOf(commandLine);
  const [known, knownThere] = await Promise.all([from, to].map(({ host }) => machinesAt(host, emulator, signal)));
  if (machine !== undefined && knownThere?.includes(machine)) return [];
  const both = known?.filter((one) => knownThere?.includes(one)) ?? [];
  const differ = `${from.name} has QEMU ${here}, and ${to.name} has ${there}`;
  const fix = `Name a machine type that both know (machine: ${newestOf(both)}), then start the guest anew; or bring both to one version`;
  if (machine !== undefined && known?.includes(machine))
    return [`${differ}, which does not know the machine type ${machine}. ${fix}.`];
  const why = machine === undefined ? "names no machine type" : `names the machine type ${machine}`;
  return [`${differ}: the guest's command line ${why}, which is another machine in each version. ${fix}.`];
}

const newestOf = (machines: readonly string[]) => {
  const pc = machines.filter((one) => /^pc-(i440fx|q35)-[\d.]+$/.test(one));
  const numbers = (one: string) => one.split("-").at(-1)?.split(".").map(Number) ?? [];
  const [a, b] = ["i440fx", "q35"].map((board) =>
    pc
      .filter((one) => one.includes(board))
      .sort((one, other) => compare(numbers(one), numbers(other)))
      .at(-1),
  );
  return [a, b].filter(Boolean).join(" or ") || "none is known to both";
};

const compare = ([a = 0, b = 0]: number[], [c = 0, d = 0]: number[]) => a - c || b - d;
