/** What a preview finds on real hosts, with the guest's counter unbroken, and that the fix it names lets the guest move. */
import type { LabHost } from "../../lab/lab-host";
import { codesIn, PreviewedGuest } from "./previewed-guest";
import { imageFolder, prepareHypervisors, removeGuest, runningLab } from "./support";

const { hvA, hvB } = runningLab();
/** Shared storage that is mounted there on hv-a only, at first. */
const own = "/srv/own";
const bridge = "br-own";
/** An address that hv-a has beside its own. */
const listen = "10.77.9.11";
const dropped = "-p tcp --dport 49152:49215 -j DROP";

/** Takes memory until so much of it is free, in MiB. */
async function fillMemory(host: LabHost, free: number): Promise<void> {
  const program = "import sys, time; taken = bytearray(int(sys.argv[1]) << 20); time.sleep(3600)";
  await host.script(
    `systemctl stop filler 2> /dev/null || true
     systemctl reset-failed filler 2> /dev/null || true
     now=$(awk '/^(MemAvailable|SwapFree):/ { free += $2 } END { print int(free / 1024) }' /proc/meminfo)
     systemd-run --quiet --collect --unit=filler python3 -c "$2" "$((now - $1))"
     for _ in $(seq 200); do
       now=$(awk '/^(MemAvailable|SwapFree):/ { free += $2 } END { print int(free / 1024) }' /proc/meminfo)
       [ "$now" -gt $(($1 + 30)) ] || break
       sleep 1
     done`,
    String(free),
    program,
  );
}
const freeMemory = (host: LabHost) => host.tryExec(["systemctl", "stop", "filler"]);

const now = () => Math.floor(Date.now() / 1000);
const setClock = (host: LabHost, seconds: number) => host.exec(["date", "-s", `@${seconds}`]);

const devices =
  `<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="${own}/data.raw"/><target dev="vdb" bus="virtio"/></disk>` +
  `<disk type="file" device="cdrom"><source file="${own}/medium.iso"/><target dev="hdc" bus="ide"/><readonly/></disk>` +
  `<interface type="bridge"><source bridge="${bridge}"/><model type="virtio"/></interface>` +
  '<interface type="network"><source network="lan"/><model type="virtio"/></interface>' +
  `<graphics type="vnc" listen="${listen}"><listen type="address" address="${listen}"/></graphics>` +
  `<serial type="file"><source path="${own}/second.log" append="on"/></serial>`;

const lacking = new PreviewedGuest("lacking", devices, { memoryMiB: 160 });
const saved = "/var/lib/libvirt/qemu/save/lacking.save";

const mountOwn = (host: LabHost) =>
  host.script('mkdir -p "$1" "$2"; chmod 777 "$1"; mount --bind "$1" "$2"', `${imageFolder}/own`, own);
const addBridge = (host: LabHost) => host.script('ip link add "$1" type bridge; ip link set "$1" up', bridge);
const addAddress = (host: LabHost) => host.exec(["ip", "address", "add", `${listen}/32`, "dev", "lo"]);
async function startNetwork(host: LabHost): Promise<void> {
  const input = `<network><name>lan</name><forward mode='bridge'/><bridge name='${bridge}'/></network>`;
  await host.exec(["virsh", "net-define", "/dev/stdin"], { input });
  await host.exec(["virsh", "net-start", "lan"]);
}

beforeAll(async () => {
  await prepareHypervisors();
  await mountOwn(hvA);
  await hvA.script('truncate -s 1M "$1/data.raw" "$1/medium.iso"; chmod 666 "$1/data.raw"', own);
  await addBridge(hvA);
  await addAddress(hvA);
  await startNetwork(hvA);
});

afterAll(async () => {
  await hvA.tryExec(["virsh", "snapshot-delete", "lacking", "before", "--metadata"]);
  await hvB.tryExec(["sh", "-c", `iptables-legacy -F INPUT; rm -f ${saved}`]);
  await freeMemory(hvB);
  await setClock(hvB, now());
  await removeGuest(lacking.guest.name);
  const undo = `virsh net-destroy lan; virsh net-undefine lan; ip link del ${bridge}; ip address del ${listen}/32 dev lo; umount ${own}; rm -rf ${own}`;
  for (const host of [hvA, hvB]) await host.tryExec(["sh", "-c", undo]);
});

/** The command in backticks that a finding names. */
const commandIn = (said: string, code: string): string =>
  new RegExp(`\`([^\`]*)\`[^\`\\n]*\\[${code}\\]$`, "m").exec(said)?.[1] ?? "";

const lacks = [
  ...["address-missing", "bridge-missing", "clocks-apart", "folder-missing", "image-missing", "medium-missing"],
  ...["memory-short", "migration-ports-closed", "network-inactive", "saved-memory-exists", "snapshot-exists"],
];

test("all that stands in the way is said in one preview, nothing is touched, and the fixes mend it", async () => {
  await lacking.furnish();
  await lacking.up("hv-a");
  const running = (await hvA.exec(["virsh", "dumpxml", "lacking"])).stdout;
  const snapshot = `<domainsnapshot><name>before</name><state>running</state><creationTime>1</creationTime>${running}</domainsnapshot>`;
  await hvA.exec(["virsh", "snapshot-create", "lacking", "/dev/stdin", "--redefine"], { input: snapshot });
  await hvB.script('iptables-legacy -I INPUT $1; mkdir -p "$(dirname "$2")"; touch "$2"', dropped, saved);
  await fillMemory(hvB, 120);
  await setClock(hvB, now() + 600);

  const said = await lacking.previewOf("hv-b");
  expect(codesIn(said)).toEqual(lacks);
  await lacking.expectOn("hv-a");

  expect(said).toMatch(/The clock of hv-b is at least (9|10) min ahead of that of hv-a/);
  await setClock(hvB, now());
  await mountOwn(hvB);
  await addBridge(hvB);
  await addAddress(hvB);
  await startNetwork(hvB);
  await freeMemory(hvB);
  await hvB.exec(["sh", "-c", commandIn(said, "saved-memory-exists")]);
  await hvB.exec(["sh", "-c", commandIn(said, "migration-ports-closed")]);
  await hvA.exec(["virsh", "snapshot-delete", "lacking", "before", "--metadata"]);
  expect(codesIn(await lacking.previewOf("hv-b"))).toEqual([]);
  await lacking.up("hv-b");
  await lacking.expectOn("hv-b");
});

test("eight guests to a host with memory for five: three are told in the preview, and start once there is more", async () => {
  const eight = Array.from(
    { length: 8 },
    (_, number) => new PreviewedGuest(`room-${number + 1}`, "", { memoryMiB: 96 }),
  );
  const names = eight.map(({ guest }) => guest.name);
  try {
    for (const one of eight) {
      await one.furnish();
      await one.up("hv-a", {}, { powerState: "shut off" });
    }
    await fillMemory(hvB, 510);
    const said = await Promise.all(eight.map((one) => one.previewOf("hv-b")));
    const told = said.filter((text) => codesIn(text).includes("memory-short"));
    expect(told).toHaveLength(3);
    for (const text of told) expect(text).toMatch(/^As things are now, this would be refused: hv-b has .*room-/m);
    const { stdout } = await hvA.exec(["virsh", "list", "--inactive", "--name"]);
    expect(stdout.split("\n")).toEqual(expect.arrayContaining(names));

    await freeMemory(hvB);
    const three = eight.filter((_, index) => said[index]?.includes("memory-short"));
    for (const one of three) await one.up("hv-b");
    for (const one of three) await one.expectOn("hv-b");
  } finally {
    await freeMemory(hvB);
    for (const name of names) await removeGuest(name);
  }
});
