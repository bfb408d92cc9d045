/** What only an operating system can show of a move: its network, its agent, its devices, its shutdown. */
import { addGuestNetwork, guestBridge, learnedPlace, removeGuestNetwork } from "../../lab/by-hand/guest-network";
import { readCounter } from "../../lab/guest/counter";
import { awaitAnnouncement } from "../../lab/machine/announcement";
import { closeConnections } from "../../provider/host/ssh-host";
import { retryUntil } from "../../provider/util/policy";
import { LinuxGuest, makeDisk } from "./linux-guest";
import { everything, expectOnlyOn, expectUnbroken, prepareHypervisors, removeGuest, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const hosts = [nas, hvA, hvB];
const tux = new LinuxGuest("tux", { bridge: guestBridge, address: "10.79.0.101/24" });
const sharedDisk = `${tux.guest.folder}/tux-second.qcow2`;
const localDisk = "/var/lib/libvirt/images/tux-local.qcow2";
const patience = { everyMs: 500, timeoutMs: 180_000 };

const stream = "/run/guest-stream";
const received = async () => readCounter((await nas.exec(["cat", stream])).stdout);
/** The connection is still the one that was opened first, and has brought more since. */
async function expectStreamGoesOn(): Promise<void> {
  const before = (await received()).numbers.length;
  const more = async () => expect((await received()).numbers.length).toBeGreaterThan(before + 3);
  await retryUntil(more, patience);
  expect(await received()).toMatchObject({ breaks: [], garbage: [] });
  expect((await nas.exec(["systemctl", "is-active", "guest-stream"])).stdout).toBe("active\n");
}

async function cleanUp(): Promise<void> {
  await nas.tryExec(["systemctl", "stop", "guest-stream"]);
  await removeGuest(tux.name);
  await hvA.exec(["rm", "-f", localDisk]);
  await removeGuestNetwork(hosts);
}

(everything ? describe : describe.skip)("a Linux", () => {
  beforeAll(async () => {
    await cleanUp();
    await prepareHypervisors();
    await addGuestNetwork(hosts);
    await tux.furnish();
  });
  afterAll(async () => {
    await cleanUp();
    await closeConnections();
  });

  test("boots, and its agent answers", async () => {
    expect(await tux.up("hv-a")).toBe("created");
    await tux.waitForAgent();
    expect(await tux.run("cat /proc/cmdline")).toContain("10.79.0.101");
    await expectUnbroken(tux.guest);
  });

  test("a disk that is plugged in while it runs is there, and no drift: the definition is as it was", async () => {
    await makeDisk(nas, sharedDisk);
    await tux.plugDisk(sharedDisk, "vdb");
    await tux.run("echo plugged > /dev/vdb && sync");
    expect(await tux.placement.refresh()).toBe("unchanged");
  });

  test("plugged in, a disk that only one host has keeps it from moving until it is unplugged", async () => {
    await makeDisk(hvA, localDisk);
    await tux.plugDisk(localDisk, "vdc");
    await expect(tux.up("hv-b")).rejects.toThrow(`hv-b has no image ${localDisk}`);
    await expectOnlyOn(hvA, tux.name);
    await tux.unplugDisk("vdc");
  });

  test("moved there and back, it is the same run of the same system, with all its devices and an open connection", async () => {
    const bootId = await tux.run("cat /proc/sys/kernel/random/boot_id");
    const service = 'exec 3<> "/dev/tcp/$0/7"; exec cat <&3 > "$1"';
    const client = ["systemd-run", "--collect", "--unit=guest-stream", "bash", "-c", service];
    await nas.exec([...client, "10.79.0.101", stream]);
    await retryUntil(async () => expect((await received()).numbers.length).toBeGreaterThan(3), patience);
    const mac = (await tux.run("cat /sys/class/net/eth0/address")).trim();
    expect(await learnedPlace(nas, mac)).toBe(hvA.address);

    for (const destination of [hvB, hvA]) {
      const uptime = await tux.uptimeSeconds();
      const announcement = await awaitAnnouncement(lab.name, destination.address, mac);
      try {
        expect(await tux.up(destination.name)).toBe("updated");
        await announcement.seen(60_000);
      } finally {
        announcement.stop();
      }
      await expectOnlyOn(destination, tux.name);
      expect(await learnedPlace(nas, mac)).toBe(destination.address);
      await expectStreamGoesOn();
      expect(await tux.run("cat /proc/sys/kernel/random/boot_id")).toBe(bootId);
      expect(await tux.uptimeSeconds()).toBeGreaterThan(uptime);
      await expectUnbroken(tux.guest);
      await tux.expectTabletWorks();
      const fromDisk = "echo 3 > /proc/sys/vm/drop_caches; head -n 1 /dev/vdb";
      expect(await tux.run(fromDisk)).toBe("plugged\n");
    }
  });

  test("the power button shuts it down, and so does its agent when it is destroyed", async () => {
    await hvA.exec(["virsh", "shutdown", "--mode", "acpi", tux.name]);
    await retryUntil(() => expectOnlyOn(hvA, tux.name, "shut off"), patience);
    expect(await tux.placement.refresh()).toBe("changed");
    expect(await tux.up("hv-a")).toBe("updated");
    await tux.waitForAgent();
    expect(await tux.run("ls /dev/vd*")).toBe("/dev/vda\n");
    await tux.placement.destroy();
    await expectOnlyOn(undefined, tux.name);
  });
});
