/** The lab's hosts, as data. */

/** A release of Debian. */
export type Release = "bookworm" | "trixie";
/** A root file system: that of a release, or another one made of it. */
export type RootFs = Release | "trixie-modular";

export interface HostSpec {
  name: string;
  address: string;
  rootFs: RootFs;
  memoryMiB: number;
  /** systemd units that are masked at its boot, since the host does not need them. */
  masked: readonly string[];
}

/** Address of the bridge inside the lab's namespace, the side of tests and the Pulumi CLI. */
export const gatewayAddress = "10.77.0.1";
export const prefixLength = 24;
/** All addresses of the lab, as an NFS server names its clients. */
export const subnet = "10.77.0.0/24";

const hypervisor = (name: string, address: string, rootFs: RootFs): HostSpec => ({
  name,
  address,
  rootFs,
  memoryMiB: 1500,
  masked: [],
});

/** A file server needs neither libvirt nor Open vSwitch: booting without them is much quicker. */
const hypervisorUnits = [
  "libvirtd.service",
  "libvirtd.socket",
  "libvirtd-ro.socket",
  "libvirtd-admin.socket",
  "libvirt-guests.service",
  "virtlockd.socket",
  "virtlockd-admin.socket",
  "virtlogd.socket",
  "virtlogd-admin.socket",
  "openvswitch-switch.service",
  "ovsdb-server.service",
  "ovs-vswitchd.service",
  "ovs-record-hostname.service",
  "systemd-machined.service",
];

const specs = [
  { name: "nas", address: "10.77.0.13", rootFs: "bookworm", memoryMiB: 512, masked: hypervisorUnits },
  hypervisor("hv-a", "10.77.0.11", "bookworm"),
  hypervisor("hv-b", "10.77.0.12", "bookworm"),
  hypervisor("hv-c", "10.77.0.14", "trixie"),
  hypervisor("hv-m", "10.77.0.15", "trixie-modular"),
] as const satisfies readonly HostSpec[];

export const hostSpecs: readonly HostSpec[] = specs;

/** Names of the hosts that `up` boots by default. */
export const defaultHosts: readonly string[] = ["nas", "hv-a", "hv-b"];

/** @throws Error naming the hosts there are */
export function hostSpec(name: string): HostSpec {
  const spec = hostSpecs.find((candidate) => candidate.name === name);
  if (spec) return spec;
  throw new Error(
    `There is no host ${JSON.stringify(name)} in the lab. Its hosts: ${hostSpecs.map((h) => h.name).join(", ")}.`,
  );
}

/**
 * Spreads hosts over CPUs: one User-Mode Linux is pinned to one CPU, since unpinned its ptrace hand-overs cross CPUs
 * and everything in it becomes about eight times slower. Hypervisors come first, so that two of them never share a CPU
 * while another is free. Labs whose names differ by one, as test1 and test2, begin at different CPUs: the same hosts
 * of both are busy at the same time.
 */
export function cpuFor(lab: string, name: string, cpus: readonly number[]): number {
  const order = [...hostSpecs].sort((a, b) => b.memoryMiB - a.memoryMiB).map((spec) => spec.name);
  const first = Buffer.from(lab).reduce((sum, byte) => sum + byte, 0);
  return cpus[(first + order.indexOf(hostSpec(name).name)) % cpus.length] ?? 0;
}
