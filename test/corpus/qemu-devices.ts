/** The devices that a QEMU has, and what each is given so that QEMU goes as far as it can in making it. */
import type { RealQemu, Verdict } from "./real-qemu";

export interface QemuDevice {
  name: string;
  bus: string;
}

/** Lines such as `name "nvme", bus PCI, desc "Non-Volatile Memory Express"`; processors are no devices that guests get. */
export function devicesIn(help: string): QemuDevice[] {
  const lines = [...help.matchAll(/^name "([^"]+)"(?:, bus ([\w-]+))?/gm)];
  return lines.map(([, name = "", bus = ""]) => ({ name, bus })).filter(({ name }) => !name.endsWith("-x86_64-cpu"));
}

const q35 = ["-M", "q35,nvdimm=on", "-accel", "tcg", "-m", "64,slots=2,maxmem=1G"];
const microvm = ["-M", "microvm", "-accel", "tcg", "-m", "64"];

/** Buses for devices of every kind. The last NVMe and UFS ones are missing: their controllers do not move. */
const controllers = ["qemu-xhci", "usb-ccid", "virtio-scsi-pci", "virtio-serial-pci", "intel-hda", "isa-fdc"]
  .concat(["sdhci-pci", "tpci200", "ipmi-bmc-sim,id=bmc"])
  .flatMap((name) => ["-device", name]);

const backEnds = [
  ["-chardev", "null,id=chardev"],
  ["-chardev", "null,id=ctrl"],
  ["-blockdev", "null-co,node-name=drive,size=1048576,read-zeroes=on"],
  ["-netdev", "hubport,id=netdev,hubid=0"],
  ["-fsdev", "local,id=fsdev,path=/tmp,security_model=none"],
  ["-object", "memory-backend-ram,id=memdev,size=128M,share=on"],
  ["-object", "cryptodev-backend-builtin,id=cryptodev"],
  ["-audiodev", "none,id=audiodev"],
  ["-object", "can-bus,id=can"],
].flat();

/** What is given to each property of one of these names. */
const settings: Readonly<Record<string, string>> = {
  chardev: "chardev",
  drive: "drive",
  netdev: "netdev",
  fsdev: "fsdev",
  mount_tag: "tag",
  tag: "tag",
  memdev: "memdev",
  cryptodev: "cryptodev",
  audiodev: "audiodev",
  evdev: "/dev/null",
  vhostdev: "/dev/vhost-vdpa-0",
  wwpn: "naa.5001405324af0985",
  "guest-cid": "3",
  chassis_nr: "9",
  bmc: "bmc",
  canbus: "can",
  canbus0: "can",
  canbus1: "can",
};

/** e.g. `nvme,drive=drive` */
export async function argumentOf(qemu: RealQemu, { name }: QemuDevice): Promise<string> {
  const command = { execute: "device-list-properties", arguments: { typename: name } };
  const [properties] = (await qemu.monitor(["-M", "none"], command)) as ({ name: string }[] | undefined)[];
  const given = (properties ?? []).flatMap((one) =>
    one.name in settings ? [`${one.name}=${settings[one.name]}`] : [],
  );
  return [name, ...given].join(",");
}

export const verdictOf = (qemu: RealQemu, { bus }: QemuDevice, device: string): Promise<Verdict> =>
  bus === "virtio-bus"
    ? qemu.verdict(microvm, ...backEnds, "-device", device)
    : qemu.verdict(q35, ...controllers, ...backEnds, "-device", device);
