/** What a start on a real host lacks, said in previews of a guest that is off. */
import { imagePath } from "../../lab/guest/domain";
import { codesIn, PreviewedGuest } from "./previewed-guest";
import { expectOnlyOn, prepareHypervisors, removeGuest, runningLab } from "./support";

const { nas, hvA, hvB } = runningLab();
const off = { powerState: "shut off" } as const;
const guest = new PreviewedGuest("starting");

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
  await guest.up("hv-a", {}, off);
  await hvB.exec(["mv", "/usr/bin/swtpm", "/usr/bin/swtpm.away"]);
});
afterAll(async () => {
  await hvB.tryExec(["mv", "/usr/bin/swtpm.away", "/usr/bin/swtpm"]);
  await removeGuest(guest.guest.name);
});
afterEach(async () => {
  Object.assign(guest, { devices: "", inner: "" });
  await expectOnlyOn(hvA, guest.guest.name, "shut off");
});

const lacking: [code: string, devices: string, inner?: string][] = [
  ["volume-missing", "<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vdb'/></disk>"],
  [
    "secret-missing",
    "<disk type='network' device='disk'><auth username='u'><secret type='ceph' uuid='c0ffee00-0000-4000-8000-000000000000'/></auth><source protocol='rbd' name='p/i'/><target dev='vdc'/></disk>",
  ],
  ["device-missing", "<serial type='dev'><source path='/dev/nowhere'/></serial>"],
  [
    "usb-device-missing",
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0xdead'/><product id='0xbeef'/></source></hostdev>",
  ],
  [
    "pci-device-missing",
    "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0xfffe' bus='0x00' slot='0x1f' function='0x0'/></source></hostdev>",
  ],
  ["network-interface-missing", "<interface type='direct'><source dev='noeth0' mode='bridge'/></interface>"],
  [
    "network-filter-missing",
    "<interface type='bridge'><source bridge='br0'/><filterref filter='none-such'/></interface>",
  ],
  ["program-missing", "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"],
  ["huge-pages-short", "", "<memoryBacking><hugepages><page size='3' unit='MiB'/></hugepages></memoryBacking>"],
  ["pinned-cpu-missing", "", "<cputune><emulatorpin cpuset='999'/></cputune>"],
];

test("all that the host lacks is said in one preview", async () => {
  guest.devices = lacking.map(([, devices]) => devices).join("");
  guest.inner = lacking.map(([, , inner = ""]) => inner).join("");
  const codes = codesIn(await guest.previewOf("hv-b"));
  expect(codes).toEqual(expect.arrayContaining(lacking.map(([code]) => code)));
});

const variants: [code: string, change: (xml: string) => string][] = [
  ["file-missing", (xml) => xml.replace("hvm</type>", "hvm</type><kernel>/nowhere/vmlinuz</kernel>")],
  ["too-many-vcpus", (xml) => xml.replace("<vcpu>1<", "<vcpu>300<")],
  ["kvm-missing", (xml) => xml.replace('<domain type="qemu">', '<domain type="kvm">')],
  ["emulator-missing", (xml) => xml.replace("<devices>", "<devices><emulator>/nowhere/qemu</emulator>")],
];

test.each(variants)("%s", async (code, change) => {
  guest.change = change;
  expect(codesIn(await guest.previewOf("hv-b"))).toContain(code);
  guest.change = (xml) => xml;
});

test("copy-needs-running: a guest that is off has no copy of its images made", async () => {
  const copyStorage = { disks: ["vda"] };
  expect(codesIn(await guest.previewOf("hv-b", { copyStorage }, off))).toContain("copy-needs-running");
});

test("image-header-unread: what an image is based on cannot be told", async () => {
  await nas.script('dd if=/dev/zero of="$1" bs=1024 count=1 conv=notrunc 2> /dev/null', imagePath(guest.guest));
  expect(codesIn(await guest.previewOf("hv-b", {}, off))).toContain("image-header-unread");
});
