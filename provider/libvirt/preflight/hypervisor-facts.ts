/**
 * Whether a host's libvirt can run a guest: its type, machine type, CPU and memory.
 *
 * @see https://libvirt.org/manpages/virsh.html#domcapabilities
 * @see https://libvirt.org/manpages/virsh.html#hypervisor-cpu-compare
 */
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import { inKiB } from "../definition/memory";
import { attributeAt, type Element, elementAt, printXml, textAt } from "../definition/xml";

export interface HypervisorNeeds {
  /** `kvm` or `qemu`. */
  type: string;
  arch: string;
  machine: string;
  emulator: string;
  /** A CPU of a certain model; undefined for one that is made of the host's. */
  cpu: string | undefined;
  /** Undefined: of huge pages. */
  memoryKiB: number | undefined;
}

export interface HypervisorFacts {
  /** What libvirt says against the type, the emulator or the machine type; empty when it has them. */
  refusal: string;
  /** What it says against the CPU. */
  cpuRefusal: string;
  /** Undefined where the kernel is told to give out more memory than it has. */
  freeKiB: number | undefined;
}

const script = sh`${recordFunctions}${scriptFile(__dirname, "hypervisor-facts.sh")}`;

/** Pure. A guest that runs has the model that its host has made of a CPU; before that, only `custom` names one. */
export function hypervisorNeedsOf(domain: Element): HypervisorNeeds {
  const cpu = elementAt(domain, "cpu");
  const isNamed = cpu !== undefined && elementAt(cpu, "model") !== undefined && cpu.attributes.check !== "none";
  const memory = elementAt(domain, "currentMemory") ?? elementAt(domain, "memory");
  const memoryKiB = inKiB(textAt(domain, memory?.name ?? ""), memory?.attributes.unit ?? "KiB");
  const hasHugePages = elementAt(domain, "memoryBacking", "hugepages") !== undefined;
  return {
    type: domain.attributes.type ?? "kvm",
    arch: attributeAt(domain, "arch", "os", "type") ?? "x86_64",
    machine: attributeAt(domain, "machine", "os", "type") ?? "",
    emulator: textAt(domain, "devices", "emulator") ?? "",
    cpu: isNamed && (cpu.attributes.mode ?? "custom") === "custom" ? printXml(cpu) : undefined,
    memoryKiB: hasHugePages || !(memoryKiB > 0) ? undefined : memoryKiB,
  };
}

export async function observeHypervisor(
  host: RemoteHost,
  { type, arch, machine, emulator, cpu }: HypervisorNeeds,
  signal: AbortSignal,
): Promise<HypervisorFacts> {
  const argv = [type, arch, machine, emulator, cpu === undefined ? "no" : "yes"];
  const records = await askRecords(host, script, argv, { signal, ...(cpu !== undefined && { input: cpu }) });
  const free = valuesOf(records, "freeKiB")[0]?.[0]?.trim() ?? "";
  return {
    refusal: firstOf(records, "refused").trim(),
    cpuRefusal: valuesOf(records, "cpu")[0]?.[0]?.trim() ?? "",
    freeKiB: /^\d+$/.test(free) ? Number(free) : undefined,
  };
}
