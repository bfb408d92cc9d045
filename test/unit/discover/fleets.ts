/** Hosts as `discover` reads them, with nothing on them but what a test puts there. */

import type { FoundGuest, SeenDomain, SeenHost } from "../../../provider/discover/seen";
import type { PkiFacts } from "../../../provider/pki/observe";

export const seenHost = (name: string, more: Partial<SeenHost> = {}): SeenHost => ({
  name,
  connection: { address: name },
  facts: {
    hostname: name,
    operatingSystem: "Debian",
    cpuModel: "x",
    cpus: 2,
    memoryMiB: 1024,
    libvirtDaemon: "libvirtd",
    libvirtVersion: "9.0.0",
    qemuVersion: "7.2.22",
  },
  bootId: name,
  mounts: [],
  fstab: "",
  mountUnits: [],
  exportFiles: [],
  exported: [],
  domains: [],
  qemus: [],
  ...more,
});

export const pkiFacts: PkiFacts = {
  hostname: "x",
  clock: new Date(0),
  qemuGroup: "kvm",
  folders: [],
  files: new Map(),
  baseline: "",
  reloadPending: false,
  renewalPending: false,
};

export const uuidOf = (number: number) => `0f0806ab-531d-4134-8def-${String(number).padStart(12, "0")}`;

export const seenDomain = (number: number, more: Partial<SeenDomain> = {}, inner = ""): SeenDomain => ({
  uuid: uuidOf(number),
  state: "running",
  persistent: true,
  autostart: false,
  hasPassword: [],
  xml: `<domain type='kvm'><name>web${number}</name><uuid>${uuidOf(number)}</uuid>${inner}</domain>`,
  ...more,
});

export const foundGuest = (name: string, more: Partial<FoundGuest> = {}): FoundGuest => ({
  kind: "DomainPlacement",
  host: "hv-a",
  uuid: uuidOf(1),
  name,
  xml: `<domain type="kvm"><name>x</name></domain>\n`,
  powerState: "running",
  autostart: false,
  persistent: true,
  blocking: [],
  hasPassword: false,
  ...more,
});
