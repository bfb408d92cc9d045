/**
 * What CPU a host's libvirt can give its guests.
 *
 * @see https://libvirt.org/formatdomaincaps.html#cpu-configuration
 * @see https://libvirt.org/manpages/virsh.html#hypervisor-cpu-baseline
 */
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, type HostRecord, recordFunctions } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import { type Element, elementAt, elementsAt, parseXml, textAt, textOf } from "../definition/xml";

/** The guests that a hypervisor is asked about; empty texts stand for what its libvirt chooses. */
export interface Hypervisor {
  type: string;
  arch: string;
  machine: string;
  emulator: string;
}

export const hypervisorArguments = ({ type, arch, machine, emulator }: Hypervisor) => [type, arch, machine, emulator];

export interface CpuFacts {
  /** e.g. `9.0.0`. */
  libvirtVersion: string;
  /** e.g. `7.2.22`. */
  qemuVersion: string;
  /** Why it tells of no CPU; empty when it does. */
  refusal: string;
  /** The model of the host, as a `<cpu>`. */
  hostModel: Element | undefined;
  /** Names of the models that the emulator has. */
  models: readonly string[];
  /** Empty when the host's model is of none. */
  vendor: string;
  /** Features that it can give, and that can move. */
  features: readonly string[];
  /** Features that its libvirt names without giving them. */
  lacking: readonly string[];
}

const script = sh`${recordFunctions}${scriptFile(__dirname, "facts.sh")}`;

export async function observeCpu(host: RemoteHost, asked: Hypervisor, signal: AbortSignal): Promise<CpuFacts> {
  return parseCpuFacts(await askRecords(host, script, hypervisorArguments(asked), { signal }));
}

/** Pure: the script's answer. */
export function parseCpuFacts(records: readonly HostRecord[]): CpuFacts {
  const version = firstOf(records, "version");
  const cpu = parsedCpu(firstOf(records, "cpu"));
  const capabilities = firstOf(records, "capabilities");
  const modes = capabilities === "" ? [] : elementsAt(parseXml(capabilities), "cpu", "mode");
  const mode = (name: string) => modes.find(({ attributes }) => attributes.name === name);
  const host = mode("host-model");
  const custom = mode("custom");
  const refusal = firstOf(records, "refused").trim();
  return {
    libvirtVersion: /^Using library: libvirt (\S+)/m.exec(version)?.[1] ?? "",
    qemuVersion: /^Running hypervisor: QEMU (\S+)/m.exec(version)?.[1] ?? "",
    refusal: refusal || (cpu && host ? "" : "it tells of no CPU of its own"),
    hostModel: host && { name: "cpu", attributes: {}, children: host.children },
    models: custom ? elementsAt(custom, "model").map(textOf) : [],
    vendor: (host && textAt(host, "vendor")) ?? "",
    features: featuresOf(cpu, "require"),
    lacking: featuresOf(cpu, "disable"),
  };
}

const parsedCpu = (text: string): Element | undefined => (text.trim() === "" ? undefined : parseXml(text));

/** Names of a CPU's features that have this policy, sorted. */
export const featuresOf = (cpu: Element | undefined, policy: string): string[] =>
  (cpu ? elementsAt(cpu, "feature") : [])
    .filter(({ attributes }) => attributes.policy === policy)
    .flatMap(({ attributes }) => attributes.name ?? [])
    .sort();

export const modelOf = (cpu: Element): string => textOf(elementAt(cpu, "model") ?? cpu);
