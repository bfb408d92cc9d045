/**
 * Whether a host's libvirt can run a guest: its type, machine type, vCPUs and CPU.
 *
 * @see https://libvirt.org/manpages/virsh.html#domcapabilities
 * @see https://libvirt.org/manpages/virsh.html#hypervisor-cpu-compare
 */
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import { attributeAt, type Element, elementAt, printXml, textAt } from "../definition/xml";

export interface HypervisorNeeds {
  /** `kvm` or `qemu`. */
  type: string;
  arch: string;
  machine: string;
  emulator: string;
  /** A CPU of a certain model; undefined for one that is made of the host's. */
  cpu: string | undefined;
  name: string;
}

export interface HypervisorFacts {
  /** What libvirt says against the type, the emulator or the machine type; empty when it has them. */
  refusal: string;
  /** What it says against the CPU. */
  cpuRefusal: string;
  /** Undefined where it does not say. */
  maxVcpus: number | undefined;
  /** Path of a saved memory image of a guest with this name; empty without one. */
  savedMemory: string;
}

const script = sh`${recordFunctions}${scriptFile(__dirname, "hypervisor-facts.sh")}`;

/** Pure. A guest that runs has the model that its host has made of a CPU; before that, only `custom` names one. */
export function hypervisorNeedsOf(domain: Element): HypervisorNeeds {
  const cpu = elementAt(domain, "cpu");
  const isNamed = cpu !== undefined && elementAt(cpu, "model") !== undefined && cpu.attributes.check !== "none";
  return {
    type: domain.attributes.type ?? "kvm",
    arch: attributeAt(domain, "arch", "os", "type") ?? "x86_64",
    machine: attributeAt(domain, "machine", "os", "type") ?? "",
    emulator: textAt(domain, "devices", "emulator") ?? "",
    cpu: isNamed && (cpu.attributes.mode ?? "custom") === "custom" ? printXml(cpu) : undefined,
    name: textAt(domain, "name") ?? "",
  };
}

export async function observeHypervisor(
  host: RemoteHost,
  { type, arch, machine, emulator, cpu, name }: HypervisorNeeds,
  signal: AbortSignal,
): Promise<HypervisorFacts> {
  const argv = [type, arch, machine, emulator, cpu === undefined ? "no" : "yes", name];
  const records = await askRecords(host, script, argv, { signal, ...(cpu !== undefined && { input: cpu }) });
  const maximum = firstOf(records, "maxVcpus").trim();
  return {
    refusal: firstOf(records, "refused").trim(),
    cpuRefusal: valuesOf(records, "cpu")[0]?.[0]?.trim() ?? "",
    maxVcpus: /^\d+$/.test(maximum) ? Number(maximum) : undefined,
    savedMemory: firstOf(records, "savedMemory"),
  };
}
