/** What belongs to a guest goes along, or the preview says why it cannot; what is not its own is not taken for it. */
import { guests } from "../../lab/guest/build";
import { domainXml, imagePath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { messageOf, PlacedGuest } from "./placed-guest";
import { expectOnlyOn, imageFolder, lengthyTest, prepareHypervisors, removeGuest, runningLab } from "./support";

const { nas, hvA, hvB } = runningLab();
const both = [hvA, hvB];
const names = ["layers", "blocks", "sealed", "firmware", "listens", "media"];

/** With some of its XML changed. */
class Guest extends PlacedGuest {
  constructor(
    name: string,
    private readonly change: (xml: string) => string,
  ) {
    super(name, guests.beat);
  }

  protected override xml(): string {
    return this.change(domainXml(this.guest));
  }
}

const virsh = (host: LabHost, ...words: string[]) => host.exec(["virsh", ...words]);
const device = (text: string) => (xml: string) => xml.replace("<memballoon", `${text}<memballoon`);

beforeAll(prepareHypervisors);
afterAll(async () => {
  await Promise.all(names.map((one) => removeGuest(one)));
  for (const host of both)
    await host.script("rm -rf /var/lib/layers /dev/lab-disk /var/lib/libvirt/images/code.fd; losetup -D");
});

lengthyTest(
  "a base image that each host has of its own is another disk: refused, and moved once it is shared",
  async () => {
    const layers = new Guest("layers", (xml) => xml);
    await layers.furnish();
    const image = imagePath(layers.guest);
    await nas.script('mv "$1" "$2/base.qcow2"; chmod 644 "$2/base.qcow2"', image, imageFolder);
    for (const host of both)
      await host.script(
        'mkdir -p /var/lib/layers; cp "$1/base.qcow2" /var/lib/layers/; chmod 644 /var/lib/layers/*',
        imageFolder,
      );
    const rebase = (base: string) =>
      hvA.script('rm -f "$1"; qemu-img create -q -f qcow2 -F qcow2 -b "$2" "$1"; chmod 666 "$1"', image, base);
    await rebase("/var/lib/layers/base.qcow2");
    expect(await layers.up("hv-a")).toBe("created");
    expect(await messageOf(layers.up("hv-b"))).toMatch(
      /\/var\/lib\/layers\/base\.qcow2 on hv-b is not the same image as on hv-a: each has it on a file system of its own/,
    );
    await layers.expectOn("hv-a");
    await virsh(hvA, "destroy", "layers");
    expect(await messageOf(layers.up("hv-b", {}, { powerState: "shut off" }))).toMatch(
      /base\.qcow2 on hv-b is not the same/,
    );
    await rebase(`${imageFolder}/base.qcow2`);
    await nas.exec(["rm", "-f", `${imageFolder}/layers.log`]);
    await layers.up("hv-a");
    await layers.up("hv-b");
    await layers.expectOn("hv-b");
    await layers.placement.destroy();
  },
);

lengthyTest("one block device under two numbers is one; two of one size are two", async () => {
  const blocks = new Guest("blocks", (xml) =>
    xml
      .replace('type="file" device="disk"', 'type="block" device="disk"')
      .replace(/<source file="[^"]*qcow2"\/>/, '<source dev="/dev/lab-disk"/>'),
  );
  await blocks.furnish();
  const image = imagePath(blocks.guest);
  const attach = (host: LabHost, number: number, file: string) =>
    host.script(
      'modprobe loop 2> /dev/null; losetup -D; [ -e "/dev/loop$1" ] || mknod "/dev/loop$1" b 7 "$1"; losetup "/dev/loop$1" "$2"; ln -sf "/dev/loop$1" /dev/lab-disk; chmod 666 "/dev/loop$1"',
      String(number),
      file,
    );
  await attach(hvA, 1, image);
  await nas.script('cp "$1" "$2"', image, `${imageFolder}/blocks-copy`);
  await attach(hvB, 5, `${imageFolder}/blocks-copy`);
  expect(await blocks.up("hv-a")).toBe("created");
  expect(await messageOf(blocks.up("hv-b"))).toMatch(/\/dev\/lab-disk on hv-b is not the same image as on hv-a/);
  await attach(hvB, 5, image);
  await blocks.up("hv-b");
  await blocks.expectOn("hv-b");
  await blocks.placement.destroy();
});

lengthyTest(
  "the state of a TPM goes along with a live move, keeps a guest that is off where it is, and outlives it",
  async () => {
    const tpm = '<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>';
    const sealed = new Guest("sealed", device(tpm));
    await sealed.furnish();
    await sealed.up("hv-a");
    const state = `/var/lib/libvirt/swtpm/${sealed.uuid}`;
    const digest = async (host: LabHost) =>
      (
        await host.script(
          'cd "$1" 2> /dev/null && find . -type f ! -name "*lock" ! -name "*.log" -exec sha256sum {} + | sort',
          state,
        )
      ).stdout;
    await sealed.up("hv-b");
    await sealed.expectOn("hv-b");
    await sealed
      .up("hv-b", {}, { powerState: "shut off", onDelete: "destroy", shutdownTimeoutSeconds: 5 })
      .catch(() => virsh(hvB, "destroy", "sealed"));
    const before = await digest(hvB);
    expect(before).not.toBe("");
    expect(await messageOf(sealed.up("hv-a", {}, { powerState: "shut off" }))).toMatch(
      /sealed has TPM state in .*swtpm.* on hv-b, and a guest that is off moves without what is there\. Start it, move it/,
    );
    await expectOnlyOn(hvB, "sealed", "shut off");
    await sealed.placement.destroy();
    await expectOnlyOn(undefined, "sealed");
    expect(await digest(hvB)).toBe(before);
  },
);

lengthyTest("UEFI variables keep a guest that is off where it is", async () => {
  const [code, variables] = ["/var/lib/libvirt/images/code.fd", "/var/lib/libvirt/qemu/nvram/firmware_VARS.fd"];
  for (const host of both)
    await host.script('mkdir -p "$(dirname "$2")"; truncate -s 2M "$1"; truncate -s 128K "$2"', code, variables);
  const flash = `<loader readonly="yes" type="pflash">${code}</loader><nvram>${variables}</nvram></os>`;
  const firmware = new Guest("firmware", (xml) => xml.replace("</os>", flash));
  await firmware.furnish();
  await firmware.up("hv-a", {}, { powerState: "shut off" });
  expect(await messageOf(firmware.up("hv-b", {}, { powerState: "shut off" }))).toMatch(
    /firmware has UEFI variables in \/var\/lib\/libvirt\/qemu\/nvram\/firmware_VARS\.fd on hv-a/,
  );
  await expectOnlyOn(hvA, "firmware", "shut off");
  await firmware.placement.destroy();
});

lengthyTest("what a host lacks is named before anything moves, all at once", async () => {
  const parts =
    '<graphics type="vnc" listen="10.77.0.11"><listen type="address" address="10.77.0.11"/></graphics>' +
    '<interface type="network"><source network="lab-net"/></interface>';
  const network = "<network><name>lab-net</name><forward mode='bridge'/><bridge name='br-lab'/></network>";
  await hvA.script("ip link add br-lab type bridge; ip link set br-lab up");
  await hvA.exec(["virsh", "net-define", "/dev/stdin"], { input: network });
  await virsh(hvA, "net-start", "lab-net");
  const listens = new Guest("listens", device(parts));
  await listens.furnish();
  await listens.up("hv-a");
  const refused = await messageOf(listens.up("hv-b"));
  expect(refused).toMatch(/hv-b has no address 10\.77\.0\.11, which the guest needs/);
  expect(listens.told).toMatch(/As things are now, .*: hv-b has no network lab-net, which the guest needs/);
  await listens.expectOn("hv-a");
  await virsh(hvA, "destroy", "listens");
  await listens.placement.destroy();
  await hvA.script("virsh net-destroy lab-net; virsh net-undefine lab-net; ip link del br-lab");
});

lengthyTest("an empty drive and a medium that both have move; one that the other lacks is named", async () => {
  const drive = (source: string) =>
    device(`<disk type="file" device="cdrom">${source}<target dev="hdc" bus="ide"/><readonly/></disk>`);
  await nas.exec(["truncate", "-s", "2M", `${imageFolder}/media.iso`]);
  const media = new Guest("media", drive(`<source file="${imageFolder}/media.iso"/>`));
  await media.furnish();
  await media.up("hv-a");
  await media.up("hv-b");
  await media.expectOn("hv-b");
  await hvB.script(
    'truncate -s 2M /var/lib/libvirt/images/own.iso; virsh change-media media hdc --update --live "$1"',
    "/var/lib/libvirt/images/own.iso",
  );
  expect(await messageOf(media.up("hv-a"))).toMatch(/hv-a has no medium \/var\/lib\/libvirt\/images\/own\.iso.*eject/);
  await virsh(hvB, "change-media", "media", "hdc", "--eject", "--live");
  await media.up("hv-a");
  await media.expectOn("hv-a");
  await media.placement.destroy();
});

lengthyTest(
  "a machine type, a CPU and memory that a host does not have are named in one preview, and nothing is made",
  async () => {
    const cpu = '<cpu mode="custom" match="exact"><model>Skylake-Server</model></cpu><features>';
    const lacking = new Guest("listens", (xml) =>
      xml.replace("<features>", cpu).replace('<memory unit="MiB">32', '<memory unit="GiB">64'),
    );
    await lacking.furnish();
    const refused = await messageOf(lacking.up("hv-a"));
    expect(refused).toMatch(/hv-a cannot give listens the CPU that it has: it lacks .*avx512f/);
    expect(refused).toMatch(/hv-a has \d+ MiB of memory free, and listens has 65536 MiB/);
    const unknown = new Guest("listens", (xml) => xml.replace("pc-i440fx-7.2", "pc-i440fx-99.9"));
    expect(await messageOf(unknown.up("hv-a"))).toMatch(/hv-a has no machine type pc-i440fx-99\.9/);
    await expectOnlyOn(undefined, "listens");
  },
);
