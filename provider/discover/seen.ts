/** What is read of hosts, and what becomes of it. */
import type { ConnectionArgs } from "../host/connection-args";
import type { HostFacts } from "../libvirt/host-facts";
import type { ExportClient, ExportEntry } from "../nfs/exports";
import type { MountInfo } from "../nfs/mountinfo";
import type { PkiFacts } from "../pki/observe";
import type { Owner } from "../util/owner";

/** A host as the operator has named it; nothing secret is among it, since it stands in the program. */
export interface GivenHost {
  /** Its name in the program. */
  name: string;
  connection: Pick<ConnectionArgs, "address" | "port" | "user" | "sshConfig">;
}

export interface SeenDomain {
  uuid: string;
  /** In virsh's words, e.g. `running`; empty when nothing was said of it. */
  state: string;
  persistent: boolean;
  autostart: boolean;
  /** As `virsh dumpxml --inactive` prints it; empty when it could not be read. */
  xml: string;
  /** Of each of its graphics, in their order. */
  hasPassword: boolean[];
}

interface SeenFile {
  path: string;
  text: string;
}

export interface SeenHost extends GivenHost {
  facts: HostFacts;
  /** The same for no two machines. */
  bootId: string;
  mounts: MountInfo[];
  fstab: string;
  /** In /etc/systemd/system. */
  mountUnits: SeenFile[];
  /** /etc/exports, and what is in /etc/exports.d. */
  exportFiles: SeenFile[];
  /** What the kernel exports, as `exportfs -s` prints it. */
  exported: ExportEntry[];
  /** None without libvirt. */
  domains: SeenDomain[];
  /** QEMUs that libvirt knows nothing of, in words. */
  qemus: string[];
  /** None without any of their files; `unreadable` without certtool. */
  pki?: PkiFacts | "unreadable";
}

interface Owned {
  /** Whom it belongs to, as it is noted there. */
  owner?: Owner | undefined;
}

export interface FoundExport extends Owned {
  kind: "NfsExport";
  /** Name of the host. */
  host: string;
  path: string;
  clients: ExportClient[];
}

export interface FoundMount extends Owned {
  kind: "NfsMount";
  host: string;
  source: string;
  path: string;
  options: string[];
}

export interface FoundPki extends Owned {
  kind: "LibvirtTlsPki";
  /** Name of the authority's host. */
  host: string;
  hosts: string[];
  organization: string;
}

export interface FoundGuest extends Owned {
  kind: "DomainPlacement";
  host: string;
  uuid: string;
  name: string;
  /** Its definition, with a placeholder for the password. */
  xml: string;
  powerState: "running" | "shut off";
  autostart: boolean;
  persistent: boolean;
  /** Devices with which it cannot move live, in words. */
  blocking: string[];
  hasPassword: boolean;
}

export type Found = FoundExport | FoundMount | FoundPki | FoundGuest;

export interface LeftOut {
  /** A noun with its host, e.g. `the mount at /srv on hv-a`. */
  what: string;
  reason: string;
}

/** What was found, as long as nothing has been held against it. */
export interface Sorted {
  found: Found[];
  leftOut: LeftOut[];
}

/** With which nouns messages name it. */
export function nounOf(found: Found): string {
  switch (found.kind) {
    case "NfsExport":
      return `the export of ${found.path} on ${found.host}`;
    case "NfsMount":
      return `the mount at ${found.path} on ${found.host}`;
    case "LibvirtTlsPki":
      return `the certificates of ${found.hosts.join(", ")}`;
    case "DomainPlacement":
      return `the domain ${JSON.stringify(found.name)} on ${found.host}`;
  }
}
