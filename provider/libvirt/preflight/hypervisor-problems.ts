/** Pure: why a host's libvirt could not run a guest, each with the fix. */
import { endOf } from "../../util/printable";
import type { HypervisorFacts, HypervisorNeeds } from "./hypervisor-facts";

/**
 * @param onSource what the source says, of a guest that runs there: where it finds fault with the CPU that the guest has,
 * the comparison tells nothing
 */
export function hypervisorProblems(
  guest: string,
  hostName: string,
  needs: HypervisorNeeds,
  { refusal, cpuRefusal, freeKiB }: HypervisorFacts,
  onSource?: HypervisorFacts,
): string[] {
  const { memoryKiB } = needs;
  return [
    refusal !== "" && refused(hostName, needs, refusal),
    cpuRefusal !== "" && refusal === "" && (onSource?.cpuRefusal ?? "") === "" && lacksCpu(guest, hostName, cpuRefusal),
    memoryKiB !== undefined &&
      freeKiB !== undefined &&
      memoryKiB > freeKiB &&
      `${hostName} has ${MiB(freeKiB)} MiB of memory free, and ${guest} has ${MiB(memoryKiB)} MiB. Move or end other guests there, or give it less memory; a host that is to give out more than it has is told so by the sysctl vm.overcommit_memory=1.`,
  ].filter((problem) => typeof problem === "string");
}

const MiB = (KiB: number) => Math.floor(KiB / 1024);

/** An emulator that is missing is a requirement of its own. */
function refused(hostName: string, { type, machine }: HypervisorNeeds, said: string): string | undefined {
  if (/No such file|Cannot check QEMU binary/.test(said)) return undefined;
  if (/machine .* is not supported/.test(said))
    return `${hostName} has no machine type ${machine}: its QEMU is older, or another distribution's. \`virsh capabilities\` there lists what it has. Choose one that all candidates have, which takes effect when the guest is next started, or update QEMU there.`;
  if (/(accel|virttype|domain type) .*(is not supported|unsupported)|KVM is not supported/i.test(said))
    return `${hostName} cannot run guests of type ${type}: it has no /dev/kvm. Enable virtualization in its firmware, or use <domain type='qemu'>, which emulates.`;
  return `libvirt on ${hostName} cannot tell whether it can run the guest: ${endOf(said)}`;
}

function lacksCpu(guest: string, hostName: string, said: string): string {
  const features = /required features: ([\w.,: +-]+)/.exec(said)?.[1];
  const fix =
    "Give it a CPU that all candidates have (`virsh hypervisor-cpu-baseline`); it takes effect when the guest is next started";
  return features === undefined
    ? `${hostName} cannot give ${guest} the CPU that it has: ${endOf(said)} ${fix}.`
    : `${hostName} cannot give ${guest} the CPU that it has: it lacks ${features.trim()}. ${fix}.`;
}
