/** What keeps a running guest on a real host, said in previews of its move; it counts on through all of them. */
import { codesIn, PreviewedGuest } from "./previewed-guest";
import { imageFolder, prepareHypervisors, removeGuest, runningLab } from "./support";

const { nas, hvA, hvB } = runningLab();
/** A folder of its own on each hypervisor. */
const own = "/srv/own-images";
const shared = `${imageFolder}/moving`;

const disk = (target: string, path: string, more = "", format = "raw") =>
  `<disk type="file" device="disk"><driver name="qemu" type="${format}"/><source file="${path}"/><target dev="${target}" bus="virtio"/>${more}</disk>`;
const devices =
  disk("vdb", `${shared}/read-only.raw`, "<readonly/>") +
  disk("vdc", `${shared}/free.raw`) +
  disk("vdd", `${own}/here.qcow2`, "", "qcow2") +
  disk("vde", `${own}/folder/deep.raw`) +
  `<disk type="block" device="disk"><driver name="qemu" type="raw"/><source dev="/dev/mapper/unnamed"/><target dev="vdf" bus="virtio"/></disk>` +
  `<disk type="file" device="cdrom"><source file="${own}/medium.iso"/><target dev="hdc" bus="ide"/><readonly/></disk>` +
  '<interface type="network"><source network="leading"/><model type="virtio"/></interface>' +
  '<interface type="network"><source network="alone"/><model type="virtio"/></interface>' +
  '<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>';

const guest = new PreviewedGuest("moving", devices);
const { name } = guest.guest;

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
  await nas.script('mkdir -p "$1/swtpm"; cd "$1"; truncate -s 1M read-only.raw free.raw; chmod -R 777 "$1"', shared);
  const equip = (host: typeof hvA, bridge: string, mediumMiB: string) =>
    host.script(
      `mkdir -p "$1"; cd "$1"
       qemu-img create -q -f qcow2 here.qcow2 1M
       truncate -s "$3M" medium.iso; truncate -s 1M loop.raw
       [ -e /dev/loop7 ] || mknod /dev/loop7 b 7 7
       losetup /dev/loop7 loop.raw
       dmsetup create unnamed --table "0 2048 linear /dev/loop7 0"
       ip link add "$2" type bridge; ip link set "$2" up
       for network in "<network><name>leading</name><forward mode='bridge'/><bridge name='$2'/></network>" "<network><name>alone</name><forward mode='open'/><bridge name='br-alone'/><dns enable='no'/><ip address='192.168.77.1' netmask='255.255.255.0'/></network>"; do
         printf '%s' "$network" > network.xml; virsh net-define network.xml
       done
       mkdir -p /var/lib/libvirt/dnsmasq; virsh net-start leading; virsh net-start alone`,
      own,
      bridge,
      mediumMiB,
    );
  await Promise.all([equip(hvA, "br-left", "1"), equip(hvB, "br-right", "2")]);
  await hvA.script('mkdir -p "$1/folder"; truncate -s 1M "$1/folder/deep.raw"; chmod -R 777 "$1"', own);
  await guest.up("hv-a");
});
afterAll(async () => {
  await removeGuest(name);
  const undo = `for network in leading alone; do virsh net-destroy $network; virsh net-undefine $network; done
    ip link del br-left; ip link del br-right; dmsetup remove unnamed; losetup -d /dev/loop7; umount /var/lib/libvirt/swtpm; rm -rf ${own}`;
  for (const host of [hvA, hvB]) await host.tryExec(["sh", "-c", undo]);
});
afterEach(() => guest.expectOn("hv-a"));

test("images, networks and releases that do not fit", async () => {
  const codes = codesIn(await guest.previewOf("hv-b"));
  expect(codes).toEqual(
    expect.arrayContaining(["image-unproven", "medium-different", "network-different", "network-of-one-host"]),
  );
});

test("ways of moving that these hosts and this guest cannot take", async () => {
  const copying = await guest.previewOf("hv-b", {
    copyStorage: { mode: "incremental", disks: ["vdb", "vdd", "vde", "vdx"] },
    persistent: false,
    undefineSource: false,
  });
  expect(codesIn(copying)).toEqual(
    expect.arrayContaining([
      "copied-disk-unknown",
      "copied-disk-read-only",
      "copied-disk-base-unknown",
      "copy-folder-missing",
      "copy-target-exists",
      "definition-stays",
    ]),
  );
  const parallel = await guest.previewOf("hv-b", {
    compression: { method: "zstd" },
    parallelConnections: 2,
    postCopy: { when: "when-stalled" },
  });
  expect(codesIn(parallel)).toEqual(
    expect.arrayContaining(["compression-unsupported", "post-copy-parallel-unsupported", "userfaultfd-missing"]),
  );
});

test("name-taken: another guest has its name there", async () => {
  const other = `<domain type='qemu'><name>${name}</name><memory>65536</memory><os><type>hvm</type></os></domain>`;
  await hvB.exec(["virsh", "define", "/dev/stdin"], { input: other });
  const said = await guest.previewOf("hv-b");
  await hvB.exec(["virsh", "undefine", name]);
  expect(codesIn(said)).toContain("name-taken");
});

test("jobs and checkpoints of the guest", async () => {
  const copy = `${own}/copy.raw`;
  await hvA.exec(["virsh", "blockcopy", name, "vdc", copy, "--transient-job"]);
  await hvA.script(
    `printf '%s' "<domainbackup mode='pull'><server transport='unix' socket='$2/backup.sock'/><disks><disk name='vda' backup='yes' type='file'><scratch file='$2/scratch.qcow2'/></disk></disks></domainbackup>" > /run/backup.xml
     for disk in vdb vdc vdd vde vdf hdc; do sed -i "s,</disks>,<disk name='$disk' backup='no'/></disks>," /run/backup.xml; done
     virsh backup-begin "$1" /run/backup.xml`,
    name,
    own,
  );
  const said = await guest.previewOf("hv-b");
  await hvA.exec(["virsh", "domjobabort", name]);
  await hvA.exec(["virsh", "blockjob", name, "vdc", "--abort"]);
  expect(codesIn(said)).toEqual(expect.arrayContaining(["block-job-running", "backup-running"]));

  const diskspec = ["vdb", "vdc", "vdd", "vde", "vdf", "hdc"].flatMap((one) => ["--diskspec", `${one},checkpoint=no`]);
  await hvA.exec(["virsh", "checkpoint-create-as", name, "point", ...diskspec]);
  const later = await guest.previewOf("hv-b");
  await hvA.exec(["virsh", "checkpoint-delete", name, "point"]);
  expect(codesIn(later)).toContain("checkpoint-exists");
});

test("device-unmovable: a device that was attached by hand", async () => {
  const shmem = "<shmem name='own'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>";
  await hvA.exec(["virsh", "attach-device", name, "/dev/stdin", "--live"], { input: shmem });
  expect(codesIn(await guest.previewOf("hv-b"))).toContain("device-unmovable");
});

test("lock managers, leases and TPM states that do not go together", async () => {
  const conf = "/etc/libvirt/qemu.conf";
  await hvB.script('cp -a "$1" "$1.before"; printf "lock_manager = \\"lockd\\"\\n" >> "$1"', conf);
  await hvA.script('cp -a "$1" "$1.before"; printf "keepalive_interval = 60\\n" >> "$1"', conf);
  const swtpm = "/var/lib/libvirt/swtpm";
  await hvB.script('mkdir -p "$2"; mount --bind "$1" "$2"', `${shared}/swtpm`, swtpm);
  const mixed = await guest.previewOf("hv-b");
  await hvA.exec(["mount", "--bind", `${shared}/swtpm`, swtpm]);
  const both = await guest.previewOf("hv-b");
  for (const host of [hvA, hvB]) await host.script('umount "$2"; mv "$1.before" "$1"', conf, swtpm);
  expect(codesIn(mixed)).toEqual(expect.arrayContaining(["lock-manager-different", "lease-short", "tpm-state-mixed"]));
  expect(codesIn(both)).toContain("tpm-lock-kept");
});
