/**
 * Whether QEMU itself takes each of its devices under -only-migratable, and what the table of migration blockers says.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html (-only-migratable)
 */
import type { Release } from "../../lab/hosts";
import { migrationBlockersIn } from "../../provider/qemu-command-line/migration-blockers";
import { argumentOf, devicesIn, verdictOf } from "./qemu-devices";
import { RealQemu, reasonAgainst, type Verdict } from "./real-qemu";

/** Those that have no place in the machine of this test, or need hardware, a daemon or a key. */
const cannotBeMade = [
  ...["scsi-block", "scsi-generic", "vfio-pci", "u2f-passthru", "vhost-scsi", "vhost-vsock", "ccid-card-emulated"],
  ...["vhost-user-(blk|fs|gpu|scsi|vga)", "tpm-(crb|tis)", "x-pci-proxy-dev", "virtio-(gpu|vga)-gl"],
  ...["cxl-", "pxb", "nvme-ns", "ufs-lu", "xen-", "hv-balloon", "loader", "guest-loader", "pvrdma", "vmmouse"],
  ...["uefi-vars-sysbus", "virtio-iommu-device", "ipmi-bmc-sim", "ivshmem-doorbell"],
];
/** What is known of some of them only by QEMU's source. */
const unmigratableBySource = [
  ...["vfio-pci", "vhost-scsi", "vhost-user-fs", "x-pci-proxy-dev", "virtio-(gpu|vga)-gl", "ivshmem-doorbell"],
];
/** QEMU refuses to move it only while the guest has it mounted. */
const refusedWhenMoving = ["virtio-9p"];

const isOneOf = (names: readonly string[], device: string) => new RegExp(`^(${names.join("|")})`).test(device);

/** Does QEMU's verdict on `-device NAME` go with what is found? */
function disagreement(name: string, argument: string, verdict: Verdict): string[] {
  const [found] = migrationBlockersIn(["-device", argument]);
  const says = `${argument}: ${typeof verdict === "string" ? verdict : verdict.notMade}, found: ${found?.kind}`;
  if (typeof verdict !== "string") {
    if (!isOneOf(cannotBeMade, name)) return [`QEMU does not make ${says}`];
    return (found !== undefined) === isOneOf(unmigratableBySource, name) ? [] : [says];
  }
  const expected = verdict === "unmigratable" || isOneOf(refusedWhenMoving, name);
  return (found !== undefined) === expected ? [] : [says];
}

/** Images of each of these formats are in its /tmp, under the format's name. */
const formats = ["vmdk", "vdi", "vhdx", "vpc", "qcow", "parallels", "qcow2", "qed", "raw"];

const arguments_ = [
  ...formats.map((format) => `-drive file=/tmp/${format},format=${format},if=none`),
  "-drive file=/tmp/vmdk,format=vmdk,if=none,readonly=on",
  "-drive driver=vmdk,file.filename=/tmp/vmdk,if=none",
  "-drive if=pflash,file=/tmp/vmdk,format=vmdk",
  '-blockdev {"driver":"vdi","node-name":"a","file":{"driver":"file","filename":"/tmp/vdi"}}',
  "-blockdev qcow2,node-name=a,file.driver=file,file.filename=/tmp/qcow2,backing.driver=vmdk,backing.file.driver=file,backing.file.filename=/tmp/vmdk",
  '-hda json:{"driver":"vmdk","file":{"driver":"file","filename":"/tmp/vmdk"}}',
  "-drive file=fat:rw:/tmp/d,format=raw,if=none",
  "-drive file=fat:/tmp/d,format=raw,if=none,readonly=on",
  "-drive driver=vvfat,dir=/tmp/d,rw=on,if=none",
  "-blockdev vvfat,dir=/tmp/d,node-name=a,rw=on",
  "-blockdev vvfat,dir=/tmp/d,node-name=a,read-only=on",
  "-fda fat:floppy:rw:/tmp/d",
  "-hda fat:rw:/tmp/d",
  "-chardev qemu-vdagent,id=v",
  "-device ivshmem-plain,memdev=m -object memory-backend-ram,id=m,size=1M,share=on",
  "-device ivshmem-plain,memdev=m,master=on -object memory-backend-ram,id=m,size=1M,share=on",
  "-audio none,model=hda",
  "-audio none,model=virtio",
  "-usb -usbdevice wacom-tablet",
  "-usb -usbdevice tablet",
  "-vga virtio",
  "-cpu max,migratable=off",
  "-cpu qemu64,+invtsc",
  "-cpu qemu64,hv-passthrough",
];

/** QEMU 7.2 hangs when it may not open it. */
const endless: readonly string[] = ["bookworm -drive file=/tmp/vhdx,format=vhdx,if=none"];

/** QEMU 7.2 has no virtio sound card. */
const laterOnly: readonly string[] = ["bookworm -audio none,model=virtio"];

/** Where the processor is the host's. The kernel's KVM of some machines is too small for a processor to be made. */
const processors = ["host,+invtsc", "host,migratable=off", "max,migratable=off", "qemu64,+invtsc", "qemu64"];

const releases: Release[] = ["bookworm", "trixie"];

for (const release of releases) {
  const reason = reasonAgainst(release);
  if (reason !== undefined) {
    test.skip(`the QEMU of ${release} is not asked: ${reason}`, () => {});
    continue;
  }

  describe(`the QEMU of ${release}`, () => {
    let qemu: RealQemu;

    beforeAll(async () => {
      qemu = await RealQemu.start(release);
      for (const format of formats) await qemu.run(["qemu-img", "create", "-q", "-f", format, `/tmp/${format}`, "4M"]);
      await qemu.run(["mkdir", "/tmp/d"]);
    });
    afterAll(() => qemu.stop());

    test("each of its devices is found when it cannot move, and only then", async () => {
      const devices = devicesIn((await qemu.run(["qemu-system-x86_64", "-device", "help"])).stdout);
      const queue = [...devices];
      const wrong: string[] = [];
      const count = { taken: 0, unmigratable: 0, notMade: 0 };
      const work = async () => {
        for (let device = queue.shift(); device; device = queue.shift()) {
          const argument = await argumentOf(qemu, device);
          const verdict = await verdictOf(qemu, device, argument);
          count[typeof verdict === "string" ? verdict : "notMade"]++;
          wrong.push(...disagreement(device.name, argument, verdict));
        }
      };
      await Promise.all([work(), work()]);
      process.stdout.write(`QEMU of ${release}: ${devices.length} devices, ${JSON.stringify(count)}\n`);
      expect(wrong).toEqual([]);
      expect(devices.length).toBeGreaterThan(200);
      expect(count.unmigratable).toBeGreaterThan(25);
    });

    test.each(arguments_.filter((line) => ![...endless, ...laterOnly].includes(`${release} ${line}`)))(
      "%s",
      async (line) => {
        const argv = ["-accel", "tcg", ...line.split(" ")];
        const verdict = await qemu.verdict(["-M", "q35"], ...argv);
        expect([line, verdict]).toEqual([line, migrationBlockersIn(argv).length > 0 ? "unmigratable" : "taken"]);
      },
    );

    test.each(processors)("by KVM: -cpu %s", async (processor) => {
      const argv = ["-accel", "kvm", "-cpu", processor];
      const verdict = await qemu.verdict(["-M", "q35"], ...argv);
      if (typeof verdict !== "string") process.stdout.write(`No KVM for -cpu ${processor}: ${verdict.notMade}\n`);
      else expect(verdict).toBe(migrationBlockersIn(argv).length > 0 ? "unmigratable" : "taken");
    });
  });
}
