/** Before a move: whether an image's lock keeps libvirt from running the guest twice, as the destination sees it. */
import { guests } from "../../lab/guest/build";
import { imagePath } from "../../lab/guest/domain";
import { SshHost } from "../../provider/host/ssh-host";
import { imageLocks } from "../../provider/placement/preflight/image-locks";
import { PlacedGuest } from "./placed-guest";
import { connectionsTo, prepareHypervisors, removeGuest, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const locked = new PlacedGuest("locked-image", guests.beat);
const shareable = new PlacedGuest("shareable-image", guests.beat, { unlocked: true });
const all = [locked, shareable];

beforeAll(async () => {
  await prepareHypervisors();
  await Promise.all(all.map((one) => one.furnish()));
  await Promise.all(all.map((one) => one.up("hv-a")));
});
afterAll(() => Promise.all(all.map(({ guest }) => removeGuest(guest.name))));

test("what a QEMU writes to is locked, as another host sees it, whatever its format, and free when that has ended", async () => {
  const host = new SshHost(Object.values(connectionsTo([hvB]))[0] as ConstructorParameters<typeof SshHost>[0]);
  const images = all.map(({ guest }) => imagePath(guest));
  const { signal } = new AbortController();
  expect(await imageLocks(host, images, signal)).toEqual({ locked: images, unknown: [] });
  for (const { guest } of all) await hvA.exec(["virsh", "destroy", guest.name]);
  expect(await imageLocks(host, images, signal)).toEqual({ locked: [], unknown: [] });
  for (const one of all) {
    await one.furnish();
    await one.placement.refresh();
    await one.up("hv-a");
  }
});

test("the preview and the update warn of a guest whose images no lock protects, and of no other", async () => {
  const preview = async (one: PlacedGuest) => one.placement.preview(await one.inputs("hv-b"));
  expect(await preview(shareable)).toMatch(
    /hv-b sees no disk of shareable-image locked against others \(vda\), so nothing would keep libvirt from running shareable-image on both hosts.* \[image-without-lock\]$/m,
  );
  expect(await preview(locked)).not.toContain("image-without-lock");
  for (const one of all) await one.up("hv-b");
  expect(shareable.told).toContain("[image-without-lock]");
  expect(locked.told).not.toContain("image-without-lock");
  for (const one of all) await one.expectOn("hv-b");
});
