/** Facts about a host as a machine, found out by one command. */
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile } from "../host/script";
import { hypervisorNames } from "./daemon/flavours";

export interface HostFacts {
  /** Its own name for itself. */
  hostname: string;
  /** e.g. `Debian GNU/Linux 12 (bookworm)`. */
  operatingSystem: string;
  /** Processor model as the kernel names it. */
  cpuModel: string;
  /** Number of CPUs that are online. */
  cpus: number;
  memoryMiB: number;
  /** Which daemon serves libvirt there; empty when there is none. @see https://libvirt.org/daemons.html */
  libvirtDaemon: "libvirtd" | "virtqemud" | "";
  /** e.g. `9.0.0`; empty without libvirt. */
  libvirtVersion: string;
  /** e.g. `7.2.22`; empty without libvirt. */
  qemuVersion: string;
}

/** A line for each fact. What a host lacks is left out; a libvirt that does not answer is an error. */
const script = scriptFile(__dirname, "host-facts.sh");

export async function observeFacts(host: RemoteHost, signal: AbortSignal): Promise<HostFacts> {
  return parseFacts((await runScript(host, script, hypervisorNames, { signal })).stdout);
}

/** Pure: the script's answer. */
export function parseFacts(text: string): HostFacts {
  const facts = Object.fromEntries(text.split("\n").map((line) => [line.split(" ")[0], line.replace(/^\S+ ?/, "")]));
  return {
    hostname: facts.hostname ?? "",
    operatingSystem: facts.operatingSystem ?? "",
    cpuModel: facts.cpuModel ?? "",
    cpus: Number(facts.cpus ?? 0),
    memoryMiB: Math.floor(Number(facts.memoryKiB ?? 0) / 1024),
    libvirtDaemon: (facts.libvirtDaemon ?? "") as HostFacts["libvirtDaemon"],
    libvirtVersion: facts.libvirtVersion ?? "",
    qemuVersion: facts.qemuVersion ?? "",
  };
}
