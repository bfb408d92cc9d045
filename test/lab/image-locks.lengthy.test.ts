/** Before a move: whether an image's lock keeps libvirt from running the guest twice, as the destination sees it. */
import { guests } from "../../lab/guest/build";
import { PlacedGuest } from "./placed-guest";
import { prepareHypervisors, removeGuest } from "./support";

const locked = new PlacedGuest("locked-image", guests.beat);
const shareable = new PlacedGuest("shareable-image", guests.beat, { unlocked: true });
const all = [locked, shareable];

beforeAll(async () => {
  await prepareHypervisors();
  await Promise.all(all.map((one) => one.furnish()));
  await Promise.all(all.map((one) => one.up("hv-a")));
});
afterAll(() => Promise.all(all.map(({ guest }) => removeGuest(guest.name))));

test("the preview and the update warn of a guest whose images no lock protects, and of no other", async () => {
  const preview = async (one: PlacedGuest) => one.placement.preview(await one.inputs("hv-b"));
  expect(await preview(shareable)).toMatch(
    /hv-b sees no lock on \S+, so nothing would keep libvirt from running shareable-image on both hosts.* \[image-without-lock\]$/m,
  );
  expect(await preview(locked)).not.toContain("image-without-lock");
  for (const one of all) await one.up("hv-b");
  expect(shareable.told).toContain("[image-without-lock]");
  expect(locked.told).not.toContain("image-without-lock");
  for (const one of all) await one.expectOn("hv-b");
});
