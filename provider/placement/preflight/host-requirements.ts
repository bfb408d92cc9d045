/** Requirements of a guest on a host: checked by one command, with a message for those that are not met. */
import type { RemoteHost } from "../../host/host";
import { askRecords, recordFunctions, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import type { Finding } from "./finding";
import type { FindingCode } from "./finding-codes";
import { type ImageIdentity, parseIdentity } from "./same-image";

export interface Requirement {
  kind: RequirementKind;
  /**
   * A path or a name. `volume`: POOL/NAME. `secret`: its UUID, or its usage. `USB device`: VENDOR:PRODUCT in hex, or
   * BUS.DEVICE. `PCI device`: DOMAIN:BUS:SLOT.FUNCTION. `huge pages`: size in KiB and number, separated by a space.
   * `free port`: ADDRESS:PORT of TCP, with `*` for all addresses.
   */
  what: string;
}

/** `image`: the guest writes to it, or depends on what is in it. `medium`: of a drive for media that can be changed. */
export type RequirementKind =
  | ("image" | "medium" | "file" | "certificate" | "device" | "folder" | "emulator" | "program")
  | ("bridge" | "network interface" | "network" | "network filter" | "address" | "free port")
  | ("volume" | "secret" | "huge pages" | "USB device" | "PCI device");

/** Each once. */
export const distinct = (needs: readonly Requirement[]): Requirement[] => [
  ...new Map(needs.map((need) => [`${need.kind} ${need.what}`, need])).values(),
];

const script = sh`${recordFunctions}${scriptFile(__dirname, "host-requirements.sh")}`;

export interface CheckedRequirement extends Requirement {
  isMet: boolean;
  /** Of an image or a medium that is there. */
  identity?: ImageIdentity;
}

export async function checkRequirements(
  host: RemoteHost,
  needs: readonly Requirement[],
  signal: AbortSignal,
): Promise<CheckedRequirement[]> {
  if (needs.length === 0) return [];
  const argv = needs.flatMap(({ kind, what }) => [kind, what]);
  const records = await askRecords(host, script, argv, { signal });
  const met = new Set(valuesOf(records, "has").map(([position]) => position));
  const identities = new Map(
    valuesOf(records, "identity").map(([position = "", ...values]) => [position, parseIdentity(values)]),
  );
  return needs.map((need, position) => {
    const identity = identities.get(String(position));
    return { ...need, isMet: met.has(String(position)), ...(identity && { identity }) };
  });
}

export type Remedies = Readonly<Record<RequirementKind, string>>;

/** Fixes that help with any driver; each driver adds its own. */
export const commonRemedies = {
  image: "Put the image there, or mount the storage that holds it (NfsMount)",
  medium: "Put it there, or take it out of the drive (`virsh change-media --eject`)",
  file: "Put the file there",
  device: "Attach the device to that host, or take it out of the guest",
  folder: "Make the folder, or mount the storage that holds it (NfsMount)",
  program: "Install it (Debian: `apt-get install swtpm swtpm-tools`)",
  bridge: "Make the bridge (`ip link add … type bridge` or `ovs-vsctl add-br …`)",
  "network interface": "Name one that all hosts have, or use a bridge",
  network: "Define it there, and start it (`virsh net-start`)",
  "network filter": "Define it there (`virsh nwfilter-define`)",
  address: "Let it listen on 0.0.0.0 or on 127.0.0.1, or on a network (<listen type='network'>)",
  "free port": "End what listens there (`ss -ltnp`), or let libvirt choose (autoport='yes')",
  volume: "Define the pool there, and start it (`virsh pool-start`, `virsh pool-refresh`)",
  secret: "Define it there, with the same UUID (`virsh secret-define`)",
  "huge pages":
    "Reserve them there (sysctl vm.nr_hugepages) and mount hugetlbfs; the numbers are KiB a page, and pages",
  "USB device": "Plug it in there, or take it out of the guest (`virsh detach-device`)",
  "PCI device": "Choose one that all hosts have, or a network of host devices (<interface type='network'>)",
};

export function missingRequirements(
  hostName: string,
  checked: readonly CheckedRequirement[],
  remedies: Remedies,
): Finding[] {
  const missing = checked.filter(({ isMet }) => !isMet);
  return [...new Set(missing.map(({ kind }) => kind))].map((kind) => {
    const all = missing.filter((one) => one.kind === kind).map(({ what }) => what);
    const subject = `${kind} ${all.join(", ")}`;
    const seen = `${hostName} has no ${subject}, which the guest needs.`;
    return { code: codes[kind], hostName, subject, seen, fix: `${remedies[kind]}.` };
  });
}

const codes: Readonly<Record<RequirementKind, FindingCode>> = {
  image: "image-missing",
  medium: "medium-missing",
  file: "file-missing",
  certificate: "certificate-missing",
  device: "device-missing",
  folder: "folder-missing",
  emulator: "emulator-missing",
  program: "program-missing",
  bridge: "bridge-missing",
  "network interface": "network-interface-missing",
  network: "network-inactive",
  "network filter": "network-filter-missing",
  address: "address-missing",
  "free port": "port-taken",
  volume: "volume-missing",
  secret: "secret-missing",
  "huge pages": "huge-pages-short",
  "USB device": "usb-device-missing",
  "PCI device": "pci-device-missing",
};
