import {
  blockingDevices,
  type DeviceKind,
  devicesOfKinds,
} from "../../../../provider/libvirt/definition/blocking-devices";
import { withoutDevices } from "../../../../provider/libvirt/definition/left-out";
import { parseXml, printXml } from "../../../../provider/libvirt/definition/xml";
import { blockerKinds } from "../../../../provider/migration-blockers/table";

const qemu = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'";
const domainOf = (devices: string, rest = "") =>
  parseXml(`<domain type='kvm' ${qemu}><name>a</name>${rest}<devices>${devices}</devices></domain>`);
const qemuArguments = (...values: string[]) =>
  `<qemu:commandline>${values.map((value) => `<qemu:arg value='${value.replaceAll('"', "&quot;")}'/>`).join("")}</qemu:commandline>`;

/** Each cannot move; for what is not within <devices>, the second text. */
const blocking: [kind: DeviceKind, what: string, devices: string, rest?: string][] = [
  [
    "vfio",
    "host device (subsystem pci)",
    "<hostdev mode='subsystem' type='pci'><source><address domain='0'/></source></hostdev>",
  ],
  ["vfio", "host device (subsystem mdev)", "<hostdev mode='subsystem' type='mdev'/>"],
  [
    "vfio",
    "interface hostdev 52:54:00:00:00:01",
    "<interface type='hostdev'><mac address='52:54:00:00:00:01'/></interface>",
  ],
  ["vfio", "interface hostdev", "<interface type='hostdev'><teaming type='persistent'/></interface>"],
  ["vhost-scsi", "host device (subsystem scsi_host)", "<hostdev mode='subsystem' type='scsi_host'/>"],
  ["vdpa", "interface vdpa", "<interface type='vdpa'/>"],
  ["9p", "file system tag", "<filesystem type='mount'><source dir='/srv'/><target dir='tag'/></filesystem>"],
  ["virtiofs", "virtiofs tag", "<filesystem type='mount'><driver type='virtiofs'/><target dir='tag'/></filesystem>"],
  ["usb-mtp", "file system tag", "<filesystem type='mount'><driver type='mtp'/><target dir='tag'/></filesystem>"],
  ["shmem", "shmem m", "<shmem name='m'/>"],
  ["shmem", "shmem m", "<shmem name='m' role='peer'/>"],
  ["transient", "disk vda", "<disk device='disk'><target dev='vda'/><transient/></disk>"],
  ["nvme", "disk vda", "<disk type='nvme' device='disk'><target dev='vda'/></disk>"],
  ["nvme", "disk nvme0n1", "<disk type='file' device='disk'><target dev='nvme0n1' bus='nvme'/></disk>"],
  ["nvme", "nvme controller 0", "<controller type='nvme' index='0'/>"],
  ["image-format", "disk vda", "<disk device='disk'><driver type='vmdk'/><target dev='vda'/></disk>"],
  [
    "image-format",
    "disk vda",
    "<disk device='disk'><driver type='qcow2'/><backingStore><format type='qcow2'/><backingStore><format type='vdi'/></backingStore></backingStore><target dev='vda'/></disk>",
  ],
  ["vvfat", "floppy fda", "<disk type='dir' device='floppy'><target dev='fda'/></disk>"],
  [
    "input-passthrough",
    "virtio passthrough",
    "<input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>",
  ],
  ["tpm-passthrough", "TPM passthrough", "<tpm><backend type='passthrough'/></tpm>"],
  ["3d-acceleration", "video virtio", "<video><model type='virtio'><acceleration accel3d='yes'/></model></video>"],
  ["sound", "sound usb", "<sound model='usb'/>"],
  ["sound", "sound virtio", "<sound model='virtio'/>"],
  ["usb-net", "interface user", "<interface type='user'><model type='usb-net'/></interface>"],
  ["usb-serial", "serial pty usb-serial", "<serial type='pty'><target type='usb-serial'/></serial>"],
  [
    "vdagent",
    "channel qemu-vdagent com.redhat.spice.0",
    "<channel type='qemu-vdagent'><target type='virtio' name='com.redhat.spice.0'/></channel>",
  ],
  ["crypto", "crypto virtio", "<crypto model='virtio'/>"],
  ["iommu", "iommu amd", "<iommu model='amd'/>"],
  ["launch-security", "launchSecurity sev", "", "<launchSecurity type='sev'/>"],
  ["invtsc", "CPU feature invtsc", "", "<cpu><feature policy='require' name='invtsc'/></cpu>"],
  ["invtsc", "cpu host-passthrough with migratable='off'", "", "<cpu mode='host-passthrough' migratable='off'/>"],
  ["hyperv-passthrough", "hyperv passthrough", "", "<features><hyperv mode='passthrough'/></features>"],
  ["nvme", "-device nvme in <qemu:commandline>", "", qemuArguments("-device", "nvme,drive=d,serial=1")],
  ["qemu-device", "-device usb-uas in <qemu:commandline>", "", qemuArguments("-device", '{"driver":"usb-uas"}')],
];

test.each(blocking.map(([kind, what, devices, rest = ""]) => [kind, what, devices, rest] as const))(
  "%s: %s cannot move, and can be left out",
  (kind, what, devices, rest) => {
    const domain = domainOf(devices, rest);
    expect(blockingDevices(domain)).toEqual([expect.objectContaining({ kind, what })]);
    expect(blockingDevices(withoutDevices(domain, blockingDevices(domain)))).toEqual([]);
    expect(blockingDevices(withoutDevices(domain, devicesOfKinds(domain, [kind])))).toEqual([]);
  },
);

test("an invariant TSC goes with what passes it through", () => {
  const domain = domainOf(
    "",
    "<cpu mode='host-passthrough' migratable='off'><feature policy='require' name='invtsc'/></cpu>",
  );
  expect(blockingDevices(domain)).toHaveLength(2);
  expect(blockingDevices(withoutDevices(domain, blockingDevices(domain)))).toEqual([]);
});

test("there is one for each row of the table", () => {
  expect(new Set(blocking.map(([kind]) => kind))).toEqual(new Set(blockerKinds));
});

test.each([
  "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>",
  "<disk type='file' device='floppy'><target dev='fda'/></disk>",
  "<disk type='dir' device='floppy'><target dev='fda'/><readonly/></disk>",
  "<controller type='usb' model='qemu-xhci'/><input type='tablet' bus='usb'/><hub type='usb'/>",
  "<redirdev bus='usb' type='spicevmc'/><smartcard mode='passthrough' type='spicevmc'/>",
  "<hostdev mode='subsystem' type='usb'/>",
  "<hostdev mode='subsystem' type='scsi'/>",
  "<interface type='hostdev'><teaming type='transient' persistent='ua-0'/></interface>",
  "<hostdev mode='subsystem' type='pci'><teaming type='transient' persistent='ua-0'/></hostdev>",
  "<shmem name='m' role='master'/>",
  "<disk><driver type='qcow2'/><target dev='vda' bus='usb'/></disk>",
  "<tpm><backend type='emulator'/></tpm>",
  "<video><model type='virtio'><acceleration accel3d='no'/></model></video>",
  "<sound model='ich9'/><channel type='spicevmc'/><iommu model='intel'/><input type='evdev'><source dev='/dev/input/event1'/></input>",
])("%s moves", (devices) => expect(blockingDevices(domainOf(devices))).toEqual([]));

test.each([
  "<cpu><feature policy='require' name='invtsc'/></cpu><clock><timer name='tsc' frequency='3000000000'/></clock>",
  "<cpu><feature policy='disable' name='invtsc'/></cpu>",
  "<cpu mode='host-passthrough' migratable='on'/>",
  "<features><hyperv mode='custom'/></features>",
  qemuArguments("-device", "virtio-rng-pci"),
  qemuArguments("-device", "vfio-pci,host=01:00.0,failover_pair_id=ua-0"),
])("%s moves", (rest) => expect(blockingDevices(domainOf("", rest))).toEqual([]));

test("without KVM there are no Hyper-V features to pass through", () => {
  const rest = "<features><hyperv mode='passthrough'/></features>";
  expect(blockingDevices(parseXml(`<domain type='qemu'><name>a</name>${rest}</domain>`))).toEqual([]);
});

test("with a disk image that no option is before, the next argument stays", () => {
  const domain = domainOf("", qemuArguments("fat:rw:/srv", "-no-reboot"));
  expect(printXml(withoutDevices(domain, devicesOfKinds(domain, ["vvfat"])))).toContain("-no-reboot");
});

describe("without USB", () => {
  const left = (devices: string) => {
    const domain = domainOf(devices);
    return printXml(withoutDevices(domain, devicesOfKinds(domain, ["usb"]))).replace(/\s*\n\s*/g, "");
  };
  const noUsb = '<controller type="usb" model="none"/>';

  test.each([
    "<controller type='usb' model='ich9-ehci1'/><controller type='usb' model='ich9-uhci1'/>",
    "<input type='tablet'/>",
    "<sound model='usb'/>",
    "<disk><target dev='sda' bus='usb'/></disk>",
    "<interface type='user'><model type='usb-net'/></interface>",
    "<controller type='ccid' index='0'/><smartcard mode='host'/>",
    "<redirdev bus='usb' type='spicevmc'/><redirfilter><usbdev allow='yes'/></redirfilter>",
    "<hub type='usb'/><hostdev mode='subsystem' type='usb'/>",
    "<controller type='usb' index='0' model='none'/><input type='tablet' bus='usb'/>".replace("index='0' ", ""),
    "<serial type='pty'><target type='usb-serial' port='0'/></serial><console type='pty'><target type='serial' port='0'/></console>",
  ])("%s goes, with what depends on it", (devices) => {
    expect(left(devices)).toContain(`<devices>${noUsb}</devices>`);
  });

  test("what is not on USB stays", () => {
    const other = '<input type="mouse" bus="ps2"/><input type="keyboard"/><sound model="ich9"/>';
    expect(left(`${other}<input type='tablet'/>`)).toContain(`<devices>${other}${noUsb}</devices>`);
  });
});
