/** Codes of findings of libvirt's preflight, by what two hosts answer. */
import { readFileSync } from "node:fs";
import { unsupported } from "../../provider/libvirt/migration/capabilities";
import type { MigrationOptions } from "../../provider/libvirt/migration/options";
import { remedies } from "../../provider/libvirt/preflight/needs";
import type { Step } from "../../provider/placement/plan/steps";
import { differentImages } from "../../provider/placement/preflight/different-images";
import { checkRequirements, missingRequirements } from "../../provider/placement/preflight/host-requirements";
import { fencedLockFindings, imageLocks } from "../../provider/placement/preflight/image-locks";
import { parseIdentity } from "../../provider/placement/preflight/same-image";
import { migration as migrationSchema } from "../../provider/resources/domain-placement/migration-inputs";
import { answeringHost } from "./answering-host";
import {
  at,
  codesOf,
  disk,
  endAfterwards,
  found,
  here,
  hostThatSays,
  locked,
  type Situation,
  start,
} from "./libvirt-preflight";

endAfterwards();

const requirements: [code: string, devices: string, inner?: string][] = [
  ["image-missing", disk("/nowhere/a.raw")],
  ["medium-missing", "<disk type='file' device='cdrom'><source file='/nowhere/a.iso'/><target dev='sda'/></disk>"],
  ["volume-missing", "<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vda'/></disk>"],
  [
    "secret-missing",
    "<disk type='network' device='disk'><auth username='u'><secret type='ceph' uuid='c0ffee00-0000-4000-8000-000000000000'/></auth><source protocol='rbd' name='p/i'/><target dev='vda'/></disk>",
  ],
  ["file-missing", "", "<os><type>hvm</type><kernel>/nowhere/vmlinuz</kernel></os>"],
  ["folder-missing", "<filesystem type='mount'><source dir='/nowhere'/><target dir='t'/></filesystem>"],
  ["device-missing", "<serial type='dev'><source path='/dev/nowhere'/></serial>"],
  [
    "usb-device-missing",
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0xdead'/><product id='0xbeef'/></source></hostdev>",
  ],
  [
    "pci-device-missing",
    "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0xfffe' bus='0x00' slot='0x1f' function='0x0'/></source></hostdev>",
  ],
  ["bridge-missing", "<interface type='bridge'><source bridge='nobr0'/></interface>"],
  ["network-inactive", "<interface type='network'><source network='lan'/></interface>"],
  ["network-interface-missing", "<interface type='direct'><source dev='noeth0' mode='bridge'/></interface>"],
  [
    "network-filter-missing",
    "<interface type='network'><source network='lan'/><filterref filter='clean-traffic'/></interface>",
  ],
  ["address-missing", "<graphics type='vnc' port='5900' listen='192.0.2.77'/>"],
  ["emulator-missing", "<emulator>/nowhere/qemu</emulator>"],
  ["program-missing", "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"],
  ["huge-pages-short", "", "<memoryBacking><hugepages><page size='3' unit='MiB'/></hugepages></memoryBacking>"],
];

test("a start says all that its host lacks, each kind once", async () => {
  const to = { virshFails: { "net-list | vol-path | nwfilter-dumpxml | secret-list": "error: no such thing" } };
  const devices = requirements.map(([, device]) => device).join("");
  const inner = requirements.map(([, , element = ""]) => element).join("");
  const codes = await codesOf({ devices, inner, steps: [start], to });
  expect(codes.filter((code) => requirements.some(([missing]) => missing === code)).sort()).toEqual(
    requirements.map(([code]) => code).sort(),
  );
});

test("port-taken: something listens there, at the same address or at all", async () => {
  const codesAt = (listen: string, port = 5999) =>
    codesOf({ devices: `<graphics type='vnc' port='${port}' listen='${listen}'/>`, steps: [start] });
  expect(await codesAt("127.0.0.1")).toEqual(["port-taken"]);
  expect(await codesAt("0.0.0.0")).toEqual(["port-taken"]);
  expect(await codesAt("127.0.0.2")).toEqual([]);
  expect(await codesAt("127.0.0.1", 5998)).toEqual([]);
});

test("program-missing", async () => {
  const b = await answeringHost("b", {});
  const needs = [{ kind: "program" as const, what: "no-such-program" }];
  const checked = await checkRequirements(b.host, needs, new AbortController().signal);
  expect(missingRequirements("b", checked, remedies).map(({ code }) => code)).toEqual(["program-missing"]);
});

/** This machine has no certificates where libvirt looks for them. */
const withoutTls = { migration: { uri: "qemu+ssh", data: "plain" } };

test("a host that has everything has no finding, and neither has a move that is as it should be", async () => {
  const devices = disk(here("fine.raw"));
  expect(await codesOf({ devices, steps: [start] })).toEqual([]);
  const network = "<interface type='network'><source network='lan'/></interface>";
  const to = { ...locked, virsh: { "net-list": "lan\n" } };
  expect(
    await codesOf({
      ...withoutTls,
      devices: disk(here("shared.raw")) + network,
      to,
      from: { virsh: { "net-list": "lan\n" } },
    }),
  ).toEqual([]);
});

const compare = "hypervisor-cpu-compare";
const lacks = "error: the CPU is incompatible with host CPU: Host CPU does not provide required features: avx512f\n";
const cpu = "<cpu mode='custom' match='exact' check='full'><model>EPYC</model></cpu>";
const refuses = (text: string) => ({ to: { virshFails: { domcapabilities: text } } });
const machineIs = (machine: string) =>
  `error: invalid argument: the machine '${machine}' is not supported by emulator '/usr/bin/qemu-system-x86_64'`;

test.each<[code: string, situation: Situation]>([
  ["machine-type-missing", refuses(machineIs("pc-q35-7.2"))],
  ["kvm-missing", refuses("error: invalid argument: the accel 'kvm' is not supported by '/usr/bin/x' on this host")],
  ["hypervisor-unknown", refuses("error: something new")],
  ["cpu-incompatible", { inner: cpu, to: { virshFails: { [compare]: lacks } } }],
])("%s: a start and a move say so, and with the fix", async (code, situation) => {
  const [finding] = (await found({ ...situation, steps: [start] })).filter((one) => one.code === code);
  expect(finding).toMatchObject({
    code,
    hostName: "b",
    seen: expect.stringMatching(/\.$/),
    fix: expect.stringMatching(/\.$/),
  });
  expect(await codesOf(situation)).toContain(code);
});

test("a CPU that the source says the same of tells nothing", async () => {
  const fails = { virshFails: { [compare]: lacks } };
  expect(await codesOf({ inner: cpu, to: { ...locked, ...fails }, from: fails })).not.toContain("cpu-incompatible");
});

const copies = (more: object) => ({
  migration: { copyStorage: { mode: "all", disks: ["vda"], sourceImages: "keep", ...more } },
});
const readonlyDisk = disk("/nowhere/a.raw", "<readonly/>");

test.each<[code: string, situation: Situation]>([
  ["device-unmovable", { devices: "<shmem name='m'><model type='ivshmem-plain'/></shmem>" }],
  ["definition-stays", { migration: { persistent: false } }],
  ["copied-disk-unknown", { ...copies({ disks: ["vdx"] }), devices: disk("/nowhere/a.raw") }],
  ["copied-disk-read-only", { ...copies({}), devices: readonlyDisk }],
  ["copied-disk-base-unknown", { ...copies({ mode: "incremental" }), devices: disk("/nowhere/a.qcow2") }],
  ["copy-folder-missing", { ...copies({}), devices: disk("/nowhere/a.raw") }],
  ["copy-target-exists", { ...copies({}), devices: disk(here("theirs.raw")) }],
  ["compression-unsupported", { migration: { compression: { method: "zstd" }, parallelConnections: 2 } }],
  ["post-copy-parallel-unsupported", { migration: { postCopy: { when: "when-stalled" }, parallelConnections: 2 } }],
  ["image-missing", { devices: disk("/nowhere/a.raw") }],
  ["image-without-lock", { devices: disk(here("unlocked.raw")) }],
  ["image-without-lock", {}],
])("%s: a move says so", async (code, situation) => expect(await codesOf(situation)).toContain(code));

const lan = "<interface type='network'><source network='lan'/></interface>";
const network = (bridge: string) => ({
  "net-list": "lan\n",
  "net-dumpxml": `<network><name>lan</name><forward mode='bridge'/><bridge name='${bridge}'/></network>`,
});
const nat = { "net-list": "lan\n", "net-dumpxml": "<network><name>lan</name><forward mode='nat'/></network>" };
const release = (libvirt: string, qemu: string) => ({
  virsh: { version: `Running against daemon: ${libvirt}\nRunning hypervisor: QEMU ${qemu}\n` },
});
const debian13 = release("11.3.0", "10.0.13");
const tpm = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";

test.each<[code: string, hostName: string, situation: Situation]>([
  ["memory-short", "b", { inner: "<currentMemory unit='TiB'>900</currentMemory>" }],
  ["too-many-vcpus", "b", { inner: "<vcpu>300</vcpu>", to: { virsh: { domcapabilities: "  <vcpu max='255'/>\n" } } }],
  ["pinned-cpu-missing", "b", { inner: "<cputune><emulatorpin cpuset='9999'/></cputune>" }],
  ["numa-node-missing", "b", { inner: "<numatune><memory mode='strict' nodeset='999'/></numatune>" }],
  ["network-different", "b", { devices: lan, from: { virsh: network("br0") }, to: { virsh: network("br1") } }],
  ["network-of-one-host", "b", { devices: lan, from: { virsh: nat }, to: { virsh: nat } }],
  [
    "block-job-running",
    "a",
    { devices: disk("/nowhere/a.raw"), from: { virsh: { blockjob: "Block Copy: [ 42 %]\n" } } },
  ],
  ["backup-running", "a", { from: { virsh: { "backup-dumpxml": "<domainbackup mode='push'/>" } } }],
  ["tpm-state-mixed", "b", { devices: tpm, to: { mounted: "ext4 /dev/sda1" } }],
  ["tpm-lock-kept", "a", { devices: tpm }],
  ["older-release", "b", { from: debian13 }],
  [
    "known-bad-releases",
    "b",
    { inner: "<cpu><topology sockets='1' cores='1' threads='2'/></cpu>", from: debian13, to: debian13 },
  ],
  ["migration-ports-closed", "b", { from: { connects: 1 }, migration: { migrateUri: "tcp://192.0.2.9" } }],
  ["certificate-missing", "b", {}],
  ["unknown-facts", "b", { to: { virsh: { version: "" } } }],
])("%s: a move says so of %s", async (code, hostName, situation) => {
  const about = (await found(situation)).filter((finding) => finding.code === code && finding.hostName === hostName);
  expect(about).toHaveLength(code === "certificate-missing" ? 2 : 1);
  for (const { seen, fix } of about)
    expect([seen, fix]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
});

test("guests of one run that go to one host: the one that finds no room left is told", async () => {
  const free = Number(/MemAvailable: +(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
  const inner = `<currentMemory>${Math.floor(free * 0.8)}</currentMemory>`;
  expect(await codesOf({ inner })).not.toContain("memory-short");
  const [short] = (await found({ inner, uuid: "c0ffee00-0000-4000-8000-000000000001" })).filter(
    ({ code }) => code === "memory-short",
  );
  expect(short?.seen).toMatch(/of which \d+ MiB are for web of the same run, and web has \d+ MiB\.$/);
});

test("userfaultfd-missing, by the kernel of this machine", () => {
  const side = { name: "b", libvirtVersion: "9.0.0", qemuVersion: "7.2.22", userfaultfd: "none" } as const;
  const options = { ...migrationSchema.parse({}), postCopy: {} } as unknown as MigrationOptions;
  expect(unsupported(options, side, side)).toMatchObject([{ code: "userfaultfd-missing", hostName: "b" }]);
});

test("an image that the destination sees locked is no reason for a warning, whatever else the guest has", async () => {
  const devices = disk(here("locked.raw")) + disk("/dev/zero", "<shareable/>", "vdb");
  expect(await codesOf({ devices, to: locked })).not.toContain("image-without-lock");
});

test("post-copy-resume-unsupported: the resumption of a post-copy says so", async () => {
  const to = { virsh: { version: "Running against daemon: 11.2.0\nRunning hypervisor: QEMU 9.2.0\n" } };
  expect(await codesOf({ steps: [{ do: "resume post-copy", from: "a", to: "b" }], to })).toEqual([
    "post-copy-resume-unsupported",
  ]);
});

describe("of a guest that is off, whose definition moves", () => {
  const steps: Step[] = [
    { do: "define", on: "b" },
    { do: "undefine", on: "a", expectedState: "shut off (shutdown)" },
  ];
  const off = { steps, seen: at("a", "shut off (shutdown)") };

  test("state-left-behind", async () => {
    const devices =
      "<tpm model='tpm-crb'><backend type='emulator' version='2.0'><source type='dir' path='/tmp'/></backend></tpm>";
    expect(
      await codesOf({ ...off, devices, to: { mounted: "ext4 /dev/sda1" }, from: { mounted: "ext4 /dev/sda1" } }),
    ).toContain("state-left-behind");
  });

  test("copy-needs-running", async () =>
    expect(await codesOf({ ...off, ...copies({}) })).toContain("copy-needs-running"));

  test("image-header-unread", async () => {
    const devices = disk(here("broken.qcow2"), "<driver name='qemu' type='qcow2'/>");
    const from = { imageSays: "qemu-img: Could not open: Image is not in qcow2 format" };
    expect(await codesOf({ ...off, devices, from })).toContain("image-header-unread");
  });
});

test("name-taken: where another guest has its name", async () => {
  const seen = at("a");
  const [first] = seen.observations;
  const other = { hostName: "b", names: new Map([["web", "c0ffee00-0000-4000-8000-000000000000"]]), hasQemu: false };
  expect(await codesOf({ seen: { ...seen, observations: [...(first ? [first] : []), other] } })).toContain(
    "name-taken",
  );
});

test.each([
  [["image-locked"], locked],
  [["image-lock-unknown"], { imageSays: "qemu-img: Could not open 'x': Permission denied" }],
  [[], {}],
])("%j: before a start while a host is fenced", async (codes, to) => {
  const b = await hostThatSays("b", to);
  const locks = await imageLocks(b.host, [here("fenced.raw"), "/nowhere/a.raw"], new AbortController().signal);
  expect(fencedLockFindings("b", locks, ["a"]).map(({ code }) => code)).toEqual(codes);
});

describe("images under one path", () => {
  const nfs = (inode: string) => parseIdentity(["file", "nfs4", "10.0.0.3:/srv", "0a000003 8:1", inode, "4096"]);
  const block = parseIdentity(["block", "", "2048"]);
  const iso = (bytes: string) => parseIdentity(["file", "ext4", "/dev/sda1", "", "7", bytes]);
  const image = (identity: ReturnType<typeof nfs>, kind: "image" | "medium") => [
    { kind, what: "/srv/x", isMet: true, identity },
  ];

  test.each([
    ["image-different", nfs("5"), nfs("6"), "image" as const],
    ["image-unproven", block, block, "image" as const],
    ["medium-different", iso("1"), iso("2"), "medium" as const],
  ])("%s", (code, one, other, kind) =>
    expect(differentImages({ from: "a", to: "b" }, image(one, kind), image(other, kind), [])).toMatchObject([{ code }]),
  );
});
