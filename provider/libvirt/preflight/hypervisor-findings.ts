/** Pure: why a host's libvirt could not run a guest. */
import type { Finding } from "../../placement/preflight/finding";
import { endOf } from "../../util/printable";
import type { HypervisorFacts, HypervisorNeeds } from "./hypervisor-facts";

/**
 * @param onSource what the source says, of a guest that runs there: where it finds fault with the CPU that the guest has,
 * the comparison tells nothing
 */
export function unsupportedByHypervisor(
  guest: string,
  hostName: string,
  needs: HypervisorNeeds,
  { refusal, cpuRefusal }: HypervisorFacts,
  onSource?: HypervisorFacts,
): Finding[] {
  return [
    refusal !== "" && refused(hostName, needs, refusal),
    cpuRefusal !== "" && refusal === "" && (onSource?.cpuRefusal ?? "") === "" && lacksCpu(guest, hostName, cpuRefusal),
  ].filter((finding) => typeof finding === "object");
}

const sentence = (said: string) => `${endOf(said).replace(/\.$/, "")}.`;

/** An emulator that is missing is a requirement of its own. */
function refused(hostName: string, { type, machine }: HypervisorNeeds, said: string): Finding | undefined {
  if (/No such file|Cannot check QEMU binary/.test(said)) return undefined;
  if (/machine .* is not supported/.test(said))
    return {
      code: "machine-type-missing",
      hostName,
      subject: `machine type ${machine}`,
      seen: `${hostName} has no machine type ${machine}: its QEMU is older, or another distribution's.`,
      fix: "`virsh capabilities` there lists what it has. Choose one that all candidates have, which takes effect when the guest is next started, or update QEMU there.",
    };
  if (/(accel|virttype|domain type) .*(is not supported|unsupported)|KVM is not supported/i.test(said))
    return {
      code: "kvm-missing",
      hostName,
      subject: `domain type ${type}`,
      seen: `${hostName} cannot run guests of type ${type}: it has no /dev/kvm.`,
      fix: "Enable virtualization in its firmware, or use <domain type='qemu'>, which emulates.",
    };
  return {
    code: "hypervisor-unknown",
    hostName,
    subject: `domain type ${type}`,
    seen: `libvirt on ${hostName} cannot tell whether it can run the guest: ${sentence(said)}`,
    fix: "See `virsh domcapabilities` there.",
  };
}

function lacksCpu(guest: string, hostName: string, said: string): Finding {
  const features = /required features: ([\w.,: +-]+)/.exec(said)?.[1];
  return {
    code: "cpu-incompatible",
    hostName,
    subject: "cpu",
    seen: `${hostName} cannot give ${guest} the CPU that it has: ${features === undefined ? sentence(said) : `it lacks ${features.trim()}.`}`,
    fix: "Give it a CPU that all candidates have (CpuBaseline, or `virsh hypervisor-cpu-baseline`); it takes effect when the guest is next started.",
  };
}

/** After a move the guest would start from it one day, with disks that have gone on since. */
export const savedMemoryFindings = (guest: string, hostName: string, { savedMemory }: HypervisorFacts): Finding[] =>
  savedMemory === ""
    ? []
    : [
        {
          code: "saved-memory-exists",
          hostName,
          subject: "managed save",
          seen: `${hostName} has a saved memory image of a guest called ${guest} (${savedMemory}): once it is there, its next start would go on from that, over disks that are newer.`,
          fix: `If nobody needs it, delete it there: \`rm ${savedMemory}\`.`,
        },
      ];
