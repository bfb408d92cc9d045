/**
 * Pure: what a guest cannot have when it moves live, and why. How a definition shows each is in
 * `libvirt/definition/blocking-devices.ts`, how a command line does in `qemu-command-line/migration-blockers.ts`.
 *
 * @see https://gitlab.com/libvirt/libvirt/-/blob/master/src/qemu/qemu_migration.c `qemuMigrationSrcIsAllowed`
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (query-migrate: blocked-reasons)
 */

export interface MigrationBlocker {
  refusedBy: "libvirt" | "QEMU" | "host";
  /** Releases that refuse it; those that were read or tried are 9.0 and 11.3 of libvirt, 7.2 and 10.0 of QEMU. */
  releases: string;
  /** Follows the device's name. */
  reason: string;
  /** What can be done, beside leaving it out. */
  remedy: string;
  /**
   * How it is known. `moved`: tried on the lab, refused there by QEMU's `blocked-reasons` or libvirt. `only-migratable`:
   * QEMU does not start with it under that option. Else a place in the source of libvirt or QEMU.
   */
  proof: "moved" | "only-migratable" | `source: ${string}`;
  /** The first release that may decide by what the host has; it does so before anything is changed. */
  decidesFrom?: { libvirt?: string; qemu?: string };
}

const unmigratable = (what: string): string => `QEMU marks ${what} as unmigratable`;
const all = "all";
const none = "none";

/** By the names that `blockingDevices: { remove: [...] }` takes. */
const migrationBlockers = {
  vfio: {
    refusedBy: "QEMU",
    releases: "before 8.1 all; later those whose driver on the host cannot save its state",
    reason: "its state is in the host's hardware",
    remedy: "pair it with a virtio interface (<teaming type='transient'>), or detach it for the move",
    proof: "source: QEMU hw/vfio/migration.c vfio_migration_realize",
    decidesFrom: { qemu: "8.1" },
  },
  "vhost-scsi": {
    refusedBy: "QEMU",
    releases: all,
    reason: "QEMU does not move what the host's kernel serves by vhost-scsi",
    remedy: "give it the same storage as a disk",
    proof: "source: QEMU hw/scsi/vhost-scsi.c vhost_scsi_realize",
  },
  vdpa: {
    refusedBy: "QEMU",
    releases: "all, unless the device can log what it writes",
    reason: "QEMU moves no vDPA device that does not log what it writes",
    remedy: "use a bridge",
    proof: "source: QEMU hw/virtio/vhost.c vhost_dev_init",
    decidesFrom: { qemu: "8.1" },
  },
  "9p": {
    refusedBy: "QEMU",
    releases: "all, while the guest has it mounted",
    reason: "QEMU does not move a guest that has a 9p file system mounted",
    remedy: "mount NFS in the guest",
    proof: "source: QEMU hw/9pfs/9p.c v9fs_attach",
  },
  virtiofs: {
    refusedBy: "libvirt",
    releases: "9.0 always; 11.3 unless virtiofsd can save its state",
    reason: "libvirt does not move it, or only with a virtiofsd that can save its state (1.11 and later)",
    remedy: "mount NFS in the guest",
    proof: "source: libvirt qemuMigrationSrcIsAllowed",
    decidesFrom: { libvirt: "9.1" },
  },
  shmem: {
    refusedBy: "QEMU",
    releases: all,
    reason: "only shared memory whose role is master moves, and the default is peer",
    remedy: "set role='master' in the one guest that owns the memory",
    proof: "moved",
  },
  transient: {
    refusedBy: "libvirt",
    releases: all,
    reason: "the changes to a <transient/> disk are in a file that only this host has",
    remedy: "take <transient/> out",
    proof: "moved",
  },
  nvme: {
    refusedBy: "QEMU",
    releases: all,
    reason: "QEMU moves neither its NVMe controller nor a host's NVMe disk",
    remedy: "attach the disk by virtio or SCSI, from storage that the hosts share",
    proof: "only-migratable",
  },
  "image-format": {
    refusedBy: "QEMU",
    releases: all,
    reason: "QEMU does not move a guest with an image of this format",
    remedy: "convert it (`qemu-img convert -O qcow2`)",
    proof: "moved",
  },
  vvfat: {
    refusedBy: "QEMU",
    releases: "all, when the guest may write to it",
    reason: "QEMU does not move a folder that it shows as a disk that can be written to",
    remedy: "make it <readonly/>, or an image",
    proof: "only-migratable",
  },
  "input-passthrough": {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("virtio-input-host"),
    remedy: "use a tablet or a keyboard of QEMU's",
    proof: "only-migratable",
  },
  "tpm-passthrough": {
    refusedBy: "host",
    releases: all,
    reason: "the keys are in the host's TPM, and stay there",
    remedy: "use an emulated one (<backend type='emulator'>)",
    proof: "source: QEMU docs/specs/tpm.rst",
  },
  "launch-security": {
    refusedBy: "QEMU",
    releases: all,
    reason: "QEMU does not move a guest whose memory is encrypted for one processor",
    remedy: none,
    proof: "source: QEMU target/i386/sev.c sev_launch_finish",
  },
  invtsc: {
    refusedBy: "libvirt",
    releases: all,
    reason: "an invariant TSC moves only at a frequency that is the same everywhere",
    remedy: "set it: <clock><timer name='tsc' frequency='…'/></clock>",
    proof: "source: libvirt qemuMigrationSrcIsAllowed; QEMU target/i386/kvm/kvm.c",
  },
  "hyperv-passthrough": {
    refusedBy: "QEMU",
    releases: all,
    reason: "QEMU does not move a guest that has whatever Hyper-V features its host has",
    remedy: "name the features, with mode='custom'",
    proof: "source: QEMU target/i386/kvm/kvm.c hyperv_init_vcpu",
  },
  "3d-acceleration": {
    refusedBy: "QEMU",
    releases: all,
    reason: "QEMU does not move what the host's graphics card draws (virgl)",
    remedy: "set accel3d='no'",
    proof: "source: QEMU hw/display/virtio-gpu-base.c virtio_gpu_base_device_realize",
  },
  sound: {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("USB and virtio sound cards"),
    remedy: "use ich9 or another one",
    proof: "only-migratable",
  },
  "usb-net": {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("usb-net"),
    remedy: "use model virtio or e1000e",
    proof: "only-migratable",
  },
  "usb-serial": {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("usb-serial"),
    remedy: "use an isa-serial or a pci-serial",
    proof: "only-migratable",
  },
  "usb-mtp": {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("usb-mtp"),
    remedy: "mount NFS in the guest",
    proof: "only-migratable",
  },
  vdagent: {
    refusedBy: "QEMU",
    releases: "before 10.1",
    reason: "QEMU's own agent for the clipboard (qemu-vdagent) does not move",
    remedy: "use Spice with a channel of type spicevmc",
    proof: "moved",
    decidesFrom: { qemu: "10.1" },
  },
  crypto: {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("virtio-crypto"),
    remedy: none,
    proof: "only-migratable",
  },
  iommu: {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("amd-iommu"),
    remedy: "use model intel or virtio",
    proof: "only-migratable",
  },
  "qemu-device": {
    refusedBy: "QEMU",
    releases: all,
    reason: unmigratable("it"),
    remedy: none,
    proof: "only-migratable",
  },
} as const satisfies Record<string, MigrationBlocker>;

export type BlockerKind = keyof typeof migrationBlockers;

export const blockerKinds = Object.keys(migrationBlockers) as BlockerKind[];

export const blockerOf = (kind: BlockerKind): MigrationBlocker => migrationBlockers[kind];
