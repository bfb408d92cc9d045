/** What moves along, where the stream goes, and many at once. */

import { addMigrationNetwork, migrationAddress, removeMigrationNetwork } from "../../lab/by-hand/migration-network";
import { guests } from "../../lab/guest/build";
import { imagePath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { isTlsHandshake } from "../../lab/machine/pcap";
import { PlacedGuest } from "./placed-guest";
import { expectOnlyOn, lengthyTest, prepareHypervisors, removeGuest, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();

beforeAll(() => prepareHypervisors());

describe("one guest", () => {
  const guest = new PlacedGuest("shaped", guests.beat);
  beforeAll(() => guest.furnish());
  afterAll(() => removeGuest("shaped"));

  test("transient, it has no definition on either side, before and after; xbzrle compresses, as libvirt's own figures say", async () => {
    const transient = { persistent: false, undefineSource: false };
    await guest.up("hv-a", transient);
    const persistent = async (host: LabHost) => (await host.exec(["virsh", "dominfo", "shaped"])).stdout;
    expect(await persistent(hvA)).toMatch(/Persistent: +no/);
    await guest.up("hv-b", { ...transient, compression: { method: "xbzrle", cacheMiB: 16 } });
    expect(await persistent(hvB)).toMatch(/Persistent: +no/);
    await guest.expectOn("hv-b");
    const command = ["virsh", "domjobinfo", "shaped", "--completed", "--keep-completed", "--rawstats"];
    expect((await hvB.exec(command)).stdout).toMatch(/^compression_cache: 16777216$/m);
    expect(await guest.placement.refresh()).toBe("unchanged");
  });

  test("persistent again, it is given a definition where it runs", async () => {
    expect(await guest.up("hv-b")).toBe("updated");
    expect(guest.placement.outputs.persistent).toBe(true);
    await guest.expectOn("hv-b");
  });

  test("its memory goes over a network of its own, in several connections, encrypted", async () => {
    await addMigrationNetwork([hvA, hvB]);
    const inputs = await guest.inputs("hv-a", { parallelConnections: 3 });
    for (const host of [hvA, hvB])
      Object.assign(inputs.candidates[host.name] ?? {}, { migrationAddress: migrationAddress(host) });
    const capture = await lab.capture();
    await guest.placement.up(inputs);
    const streams = await capture.stop();
    await removeMigrationNetwork([hvA, hvB]);
    expect(streams.map(({ destination }) => destination)).toEqual(Array(4).fill(migrationAddress(hvA)));
    expect(streams.map(({ sent }) => isTlsHandshake(sent.firstBytes))).toEqual(Array(4).fill(true));
    await guest.expectOn("hv-a");
  });

  lengthyTest("compressed by mt", async () => {
    const { to } = guest.nextMove();
    await guest.up(to, { compression: { method: "mt", level: 1 } });
    await guest.expectOn(to);
  });

  lengthyTest("shut off, its definition alone moves", async () => {
    await guest.up("hv-a", {}, { powerState: "shut off" });
    await expectOnlyOn(hvA, "shaped", "shut off");
    await guest.up("hv-b", {}, { powerState: "shut off" });
    await expectOnlyOn(hvB, "shaped", "shut off");
  });
});

describe("a guest with an image of its own on each host", () => {
  const local = "/var/lib/libvirt/images";
  const guest = new PlacedGuest("local", guests.beat, { folder: local });
  const image = imagePath(guest.guest);
  const has = async (host: LabHost) => (await host.tryExec(["test", "-e", image])).exitCode === 0;
  const spare = async (host: LabHost) => (await host.tryExec(["test", "-e", `${image}.kvm-live-spare`])).exitCode === 0;
  const copyStorage = { disks: ["vda"], mode: "all" as const, sourceImages: "keep" as const };

  beforeAll(async () => {
    for (const host of [hvA, hvB]) await host.exec(["mkdir", "-p", local]);
    await guest.furnishOn(hvA);
    await guest.up("hv-a");
  });
  afterAll(async () => {
    await removeGuest("local");
    for (const host of [hvA, hvB]) await host.script('rm -f -- "$1"*', `${local}/local`);
  });

  test("is refused without copyStorage; disks that it does not have are named", async () => {
    await expect(guest.up("hv-b")).rejects.toThrow(/hv-b has no image \/var\/lib\/libvirt\/images\/local\.qcow2/);
    await expect(guest.up("hv-b", { copyStorage: { ...copyStorage, disks: ["vdz"] } })).rejects.toThrow(
      /the domain has no disk vdz with an image file \(it has vda\)/,
    );
  });

  test("a move that fails leaves no image behind", async () => {
    await expect(guest.up("hv-b", { copyStorage, bandwidthMiBps: 1, timeoutSeconds: 1 })).rejects.toThrow(
      /Given up after 1 s/,
    );
    expect([await has(hvB), await spare(hvB)]).toEqual([false, false]);
    await guest.expectRunningOn("hv-a");
  });

  test("moves with it; what is left on the source is marked, and written over on the way back", async () => {
    await guest.up("hv-b", { copyStorage });
    expect([await has(hvB), await spare(hvB), await has(hvA), await spare(hvA)]).toEqual([true, false, true, true]);
    await guest.up("hv-a", { copyStorage: { ...copyStorage, sourceImages: "delete" } });
    expect([await has(hvA), await spare(hvA), await has(hvB), await spare(hvB)]).toEqual([true, false, false, false]);
    await guest.expectRunningOn("hv-a");
  });

  test("a file that nothing marks is never written over", async () => {
    await hvB.script('echo precious > "$1"', image);
    await expect(guest.up("hv-b", { copyStorage })).rejects.toThrow(
      /hv-b has a file \/var\/lib\/libvirt\/images\/local\.qcow2 already, and copyStorage would overwrite it/,
    );
    expect((await hvB.exec(["cat", image])).stdout).toBe("precious\n");
    await hvB.exec(["rm", image]);
  });

  lengthyTest("an incremental copy sends the top layer only, above the same backing file", async () => {
    await guest.placement.destroy();
    const base = `${local}/local.base`;
    await hvA.script('mv "$1" "$2"; qemu-img create -q -f qcow2 -b "$2" -F qcow2 "$1"', image, base);
    await hvB.upload(await guest.image(), base);
    const incremental = { copyStorage: { ...copyStorage, mode: "incremental" as const } };
    await guest.up("hv-a");
    await expect(guest.up("hv-b", incremental)).rejects.toThrow(/does not say what the image of vda is based on/);
    const { domain } = await guest.inputs("hv-a");
    const backing = `<backingStore type="file"><format type="qcow2"/><source file="${base}"/></backingStore>`;
    const definition = domain.definition.replace(/(?=<target dev="vda")/, backing);
    expect(definition).not.toBe(domain.definition);
    await guest.up("hv-b", incremental, { domain: { ...domain, definition } });
    const { stdout } = await hvB.exec(["qemu-img", "info", "-U", image]);
    expect(stdout).toContain(`backing file: ${base}`);
    await guest.expectRunningOn("hv-b");
  });
});

lengthyTest("eight guests that move at once go two at a time, and all of them arrive", async () => {
  const fleet = Array.from({ length: 8 }, (_, index) => new PlacedGuest(`fleet-${index}`, guests.beat));
  try {
    await Promise.all(fleet.map((guest) => guest.furnish()));
    await Promise.all(fleet.map((guest) => guest.up("hv-a")));
    await Promise.all(fleet.map((guest) => guest.up("hv-b")));
    const waited = fleet.filter(({ told }) => told.includes("waiting for other migrations of these hosts"));
    expect(waited).toHaveLength(6);
    for (const guest of fleet) await guest.expectOn("hv-b");
  } finally {
    for (const { guest } of fleet) await removeGuest(guest.name);
    for (const { guest } of fleet) await nas.exec(["rm", "-f", imagePath(guest)]);
  }
});
