/** What a host is and has for any guest of libvirt: found out by one command. */
import { filesIn, firstOf, type HostRecord, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import {
  type Asked,
  factsBy,
  type MachineFacts,
  machineFacts,
  machineFactsScript,
} from "../../placement/preflight/machine-facts";
import { activeSettings } from "../daemon/conf-file";
import { attributeAt, type Element, elementsAt, parseXml } from "../definition/xml";

export interface LibvirtFacts extends MachineFacts {
  /** Of the daemon; empty where it does not say. */
  libvirtVersion: string;
  qemuVersion: string;
  /** Settings in qemu.conf, as `parseConf` prints values. @see https://libvirt.org/drvqemu.html */
  qemuConf: ReadonlyMap<string, string>;
  /** Active networks by their names. */
  networks: ReadonlyMap<string, NetworkFacts>;
  /** True when its swtpm can give a lock up before the other side takes it; undefined without swtpm. */
  swtpmReleasesLock: boolean | undefined;
  /** Type of the file system that holds the state of emulated TPMs, e.g. `nfs4`. */
  swtpmStorage: string;
  /** Leases of NFSv4 servers in seconds, by what is mounted: `nas:/srv/vm`. */
  leaseSeconds: ReadonlyMap<string, number>;
  /** PEM of certificates, by their paths. */
  certificates: ReadonlyMap<string, string>;
}

export interface NetworkFacts {
  /** `nat`, `bridge` …; `isolated` for none. @see https://libvirt.org/formatnetwork.html#connectivity */
  mode: string;
  bridge: string;
  portGroups: string[];
}

const script = sh`${machineFactsScript}${scriptFile(__dirname, "libvirt-facts.sh")}`;

export const libvirtFactsOf = factsBy(script, parseLibvirtFacts);

/** Pure: the script's answer. */
export function parseLibvirtFacts(records: readonly HostRecord[], asked: Asked): LibvirtFacts {
  const version = firstOf(records, "version");
  const swtpm = firstOf(records, "swtpm");
  const networks = valuesOf(records, "network").map(([name = "", xml = ""]) => [name, networkIn(xml)] as const);
  const files = filesIn(firstOf(records, "libvirtFiles"));
  return {
    ...machineFacts(records, asked),
    libvirtVersion: /^Running against daemon: ([\d.]+)/m.exec(version)?.[1] ?? "",
    qemuVersion: /^Running hypervisor: QEMU ([\d.]+)/m.exec(version)?.[1] ?? "",
    qemuConf: activeSettings(files.get("/etc/libvirt/qemu.conf") ?? ""),
    networks: new Map(networks),
    swtpmReleasesLock: swtpm === "" ? undefined : swtpm.includes('"cmdarg-migration"'),
    swtpmStorage: firstOf(records, "swtpmStorage").trim().split(" ")[0] ?? "",
    leaseSeconds: leasesIn(firstOf(records, "mounts")),
    certificates: new Map([...files].filter(([path]) => path.startsWith("/etc/pki/"))),
  };
}

/** One that is gone again while it is read has nothing. */
function networkIn(xml: string): NetworkFacts {
  if (xml.trim() === "") return { mode: "", bridge: "", portGroups: [] };
  const network: Element = parseXml(xml);
  const isForwarded = elementsAt(network, "forward").length > 0;
  return {
    mode: isForwarded ? (attributeAt(network, "mode", "forward") ?? "nat") : "isolated",
    bridge: attributeAt(network, "name", "bridge") ?? "",
    portGroups: elementsAt(network, "portgroup").map(({ attributes }) => attributes.name ?? ""),
  };
}

function leasesIn(mounts: string): Map<string, number> {
  const leases = new Map<string, number>();
  let device = "";
  for (const line of mounts.split("\n")) {
    device = /^device (\S+) mounted on /.exec(line)?.[1] ?? device;
    const lease = /lease_time=(\d+)/.exec(line)?.[1];
    if (lease !== undefined) leases.set(device, Number(lease));
  }
  return leases;
}
