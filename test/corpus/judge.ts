/**
 * A second judge of what cannot move: from the text of a definition as libvirt prints it, and from the source of libvirt
 * and QEMU alone, so that it shares no mistake with the product. It knows nothing of XML but the layout of that text.
 *
 * @see https://gitlab.com/libvirt/libvirt/-/blob/master/src/qemu/qemu_migration.c `qemuMigrationSrcIsAllowed`
 * @see https://gitlab.com/qemu-project/qemu (`unmigratable`, `migrate_add_blocker`)
 */

/** Kinds by their names in `blockingDevices: { remove: […] }`, each once. */
export function kindsThatCannotMove(xml: string): string[] {
  const text = xml.replace(/<!--.*?-->/gs, "").replace(/ *<metadata>.*?<\/metadata>\n/s, "");
  const kinds = Object.entries(rules).filter(([, rule]) => rule(text));
  return kinds.map(([kind]) => kind);
}

/** Those of libvirt's QEMU driver on Linux. */
export const isOfQemu = (xml: string): boolean => /<domain type='(kvm|qemu)'/.test(xml);

/** Elements of a name with all that is in them. */
const elements = (xml: string, name: string): string[] =>
  xml.match(new RegExp(`<${name}\\b[^>]*/>|<${name}\\b[^>]*(?<!/)>.*?</${name}>`, "gs")) ?? [];

const has = (xml: string, name: string, pattern: RegExp): boolean =>
  elements(xml, name).some((element) => pattern.test(element));

/** QEMU takes it out of the guest before it moves (virtio-net's failover). */
const staysBehind = (element: string) => /<teaming type='transient'/.test(element);

/** Arguments that libvirt hands to QEMU as they are. */
const argumentsOf = (xml: string): string =>
  [...xml.matchAll(/<qemu:arg value='([^']*)'/g)].map(([, value]) => value).join(" ");

const rules: Readonly<Record<string, (xml: string) => boolean>> = {
  // QEMU 7.2 hw/vfio/migration.c:892; libvirt qemuMigrationSrcIsAllowedHostdev
  vfio: (xml) =>
    elements(xml, "hostdev").some((one) => /^<hostdev [^>]*type='(pci|mdev)'/.test(one) && !staysBehind(one)) ||
    elements(xml, "interface").some((one) => /^<interface type='hostdev'/.test(one) && !staysBehind(one)),
  // QEMU 10.0 hw/scsi/vhost-scsi.c:269
  "vhost-scsi": (xml) => has(xml, "hostdev", /^<hostdev [^>]*type='scsi_host'/),
  // QEMU 10.0 hw/virtio/vhost.c:1605; libvirt 9.0 qemu_migration.c:1515
  vdpa: (xml) => has(xml, "interface", /^<interface type='vdpa'/),
  // QEMU 10.0 hw/9pfs/9p.c:1523
  "9p": (xml) => elements(xml, "filesystem").some((one) => !/<driver [^>]*type='(virtiofs|mtp)'/.test(one)),
  // libvirt 9.0 qemu_migration.c:1533, 11.3 qemu_migration.c:1696
  virtiofs: (xml) => has(xml, "filesystem", /<driver [^>]*type='virtiofs'/),
  // QEMU 10.0 hw/usb/dev-mtp.c:2072
  "usb-mtp": (xml) => has(xml, "filesystem", /<driver [^>]*type='mtp'/),
  // libvirt 11.3 qemu_migration.c:1665; QEMU 10.0 hw/misc/ivshmem-pci.c:902. libvirt 9.0 :1496 also the legacy model
  shmem: (xml) =>
    elements(xml, "shmem").some((one) => !/^<shmem [^>]*role='master'/.test(one) || /<model type='ivshmem'/.test(one)),
  // libvirt 11.3 qemu_migration.c:1717
  transient: (xml) => has(xml, "disk", /<transient\b/),
  // QEMU 10.0 hw/nvme/ctrl.c:9183, and the host's own is opened by VFIO: block/nvme.c
  nvme: (xml) =>
    has(xml, "disk", /^<disk type='nvme'|<source type='nvme'|<target [^>]*bus='nvme'/) ||
    /<controller type='nvme'/.test(xml),
  // QEMU 10.0 block/: vmdk.c:1408 vdi.c:503 vhdx.c:1103 vpc.c:460 qcow.c:310 parallels.c:1372
  "image-format": (xml) =>
    has(xml, "disk", /<(driver [^>]*|format )type='(vmdk|vdi|vhdx|vpc|qcow|parallels|ploop)'/) ||
    /-drive \S*format=vmdk/.test(argumentsOf(xml)),
  // QEMU 10.0 block/vvfat.c:1270
  vvfat: (xml) => elements(xml, "disk").some((one) => /^<disk type='dir'/.test(one) && !one.includes("<readonly/>")),
  // QEMU 10.0 hw/input/virtio-input-host.c:221
  "input-passthrough": (xml) => /<input type='passthrough'/.test(xml),
  // QEMU docs/specs/tpm.rst: "virtual machine migration is disabled when the TPM passthrough driver is used"
  "tpm-passthrough": (xml) => has(xml, "tpm", /<backend type='passthrough'/),
  // QEMU 10.0 target/i386/sev.c:1123, :1350
  "launch-security": (xml) => /<launchSecurity type='(sev|sev-snp|tdx)'/.test(xml),
  // libvirt 11.3 qemu_migration.c:1627; QEMU 10.0 target/i386/kvm/kvm.c:2296
  invtsc: (xml) => hasInvariantTsc(xml) && !/<timer name='tsc'[^>]* frequency='[1-9]/.test(xml),
  // QEMU 10.0 target/i386/kvm/kvm.c:1672, and nothing where KVM is not used
  "hyperv-passthrough": (xml) => /<domain type='kvm'/.test(xml) && /<hyperv mode='passthrough'/.test(xml),
  // QEMU 10.0 hw/display/virtio-gpu-base.c:187
  "3d-acceleration": (xml) => has(xml, "video", /accel3d='yes'/) || /virtio-(gpu|vga)-gl/.test(argumentsOf(xml)),
  // QEMU 10.0 hw/usb/dev-audio.c:990, hw/audio/virtio-snd.c:71
  sound: (xml) => /<sound model='(usb|virtio)'/.test(xml),
  // QEMU 10.0 hw/usb/dev-network.c:1407
  "usb-net": (xml) => has(xml, "interface", /<model type='usb-net'/),
  // QEMU 10.0 hw/usb/dev-serial.c:634
  "usb-serial": (xml) => has(xml, "serial", /<target type='usb-serial'/),
  // QEMU 10.0 ui/vdagent.c:675
  vdagent: (xml) => /<(channel|serial|console|parallel) type='qemu-vdagent'/.test(xml),
  // QEMU 10.0 hw/virtio/virtio-crypto.c:1122
  crypto: (xml) => /<crypto\b/.test(xml),
  // QEMU 10.0 hw/i386/amd_iommu.c:1670
  iommu: (xml) => /<iommu model='amd'/.test(xml),
};

function hasInvariantTsc(xml: string): boolean {
  if (/<feature policy='(require|force)' name='invtsc'\/>/.test(xml)) return true;
  if (/<feature policy='(disable|forbid)' name='invtsc'\/>/.test(xml)) return false;
  return /<domain type='kvm'/.test(xml) && /<cpu mode='host-passthrough'[^>]* migratable='off'/.test(xml);
}
