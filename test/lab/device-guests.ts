/** Guests with one device each, for QEMU to judge: each moves or is refused by plain `virsh migrate`. */
import type { BlockerKind } from "../../provider/migration-blockers/table";

export interface DeviceGuest {
  /** Undefined: it moves. */
  blocked?: BlockerKind;
  devices: string;
  /** Beside <devices>. */
  rest?: string;
}

const file = "/srv/vm/device-guests";

/** Files that they need on the share: name, and the command that makes it from its path. */
export const deviceFiles: readonly [name: string, command: string][] = [
  ["disk.raw", 'truncate -s 1M "$1"'],
  ["disk.qcow2", 'qemu-img create -q -f qcow2 "$1" 1M'],
  ...["vmdk", "vdi", "vpc", "qcow"].map((format): [string, string] => [
    `disk.${format}`,
    `qemu-img create -q -f ${format} "$1" 8M`,
  ]),
  ["folder", 'mkdir -p "$1"'],
];

const disk = (format: string, more = "", bus = "virtio") =>
  `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${file}/disk.${format}'/><target dev='vda' bus='${bus}'/>${more}</disk>`;
const qemu = (...values: string[]) =>
  `<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>${values.map((value) => `<qemu:arg value='${value}'/>`).join("")}</qemu:commandline>`;
const usb = "<controller type='usb' model='qemu-xhci'/>";

export const deviceGuests: Readonly<Record<string, DeviceGuest>> = {
  "plain disk": { devices: disk("qcow2") },
  "USB tablet on xhci, redirected USB, hub, empty cdrom": {
    devices: `${usb}<input type='tablet' bus='usb'/><hub type='usb'/><disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk><graphics type='spice' port='-1' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics><redirdev bus='usb' type='spicevmc'/>`,
  },
  "USB 1.1 and a floppy": {
    devices:
      "<controller type='usb' model='piix3-uhci'/><disk type='file' device='floppy'><target dev='fda' bus='fdc'/></disk>",
  },
  "USB disk": { devices: `${usb}${disk("raw", "", "usb").replace("vda", "sdb")}` },
  "USB smartcard": {
    devices: `${usb}<graphics type='spice' port='-1' autoport='yes'/><smartcard mode='passthrough' type='spicevmc'/>`,
  },
  "emulated TPM": { devices: "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>" },
  "video, sound, rng, watchdog, vsock": {
    devices:
      "<video><model type='virtio'/></video><graphics type='vnc' port='-1' autoport='yes'/><sound model='ich9'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng><watchdog model='i6300esb'/>",
  },
  "folder as a floppy that is read": {
    devices: `<disk type='dir' device='floppy'><driver name='qemu' type='fat'/><source dir='${file}/folder'/><target dev='fda'/><readonly/></disk>`,
  },
  "shmem peer": {
    blocked: "shmem",
    devices: "<shmem name='lab-shmem' role='peer'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>",
  },
  "shmem master": {
    devices: "<shmem name='lab-shmem-m' role='master'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>",
  },
  "transient disk": { blocked: "transient", devices: disk("qcow2", "<transient/>") },
  ...Object.fromEntries(
    ["vmdk", "vdi", "vpc", "qcow"].map((format) => [
      `${format} image`,
      { blocked: "image-format" as const, devices: disk(format) },
    ]),
  ),
  "qemu-vdagent": {
    blocked: "vdagent",
    devices:
      "<channel type='qemu-vdagent'><source><clipboard copypaste='yes'/></source><target type='virtio' name='com.redhat.spice.0'/></channel><graphics type='vnc' port='-1' autoport='yes'/>",
  },
  "NVMe in the command line": {
    blocked: "nvme",
    devices: "",
    rest: qemu(
      "-drive",
      `file=${file}/disk.raw,format=raw,if=none,id=n`,
      "-device",
      "nvme,drive=n,serial=1,bus=pcie.0,addr=0x10",
    ),
  },
  "USB sound": { blocked: "sound", devices: `${usb}<sound model='usb'/>` },
  "USB network card": {
    blocked: "usb-net",
    devices: `${usb}<interface type='user'><model type='usb-net'/><address type='usb' bus='0' port='1'/></interface>`,
  },
  "USB serial port": {
    blocked: "usb-serial",
    devices: `${usb}<serial type='pty'><target type='usb-serial'/></serial>`,
  },
  "virtio-crypto": {
    blocked: "crypto",
    devices: "",
    rest: qemu(
      "-object",
      "cryptodev-backend-builtin,id=c",
      "-device",
      "virtio-crypto-pci,cryptodev=c,bus=pcie.0,addr=0x10",
    ),
  },
  "AMD IOMMU": { blocked: "iommu", devices: "", rest: qemu("-device", "amd-iommu") },
};
