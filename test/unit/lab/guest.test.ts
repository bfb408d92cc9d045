import { buildGuest } from "../../../lab/guest/build";
import { domainXml } from "../../../lab/guest/domain";

test("every bad option is named at once, before anything is built", async () => {
  await expect(buildGuest({ fillMiB: -1, dirtyMiBPerSecond: Number.NaN })).rejects.toThrow(
    "Bad guest options: fillMiB is -1: use a whole number from 0 to 1024. dirtyMiBPerSecond is NaN: use a number",
  );
  await expect(buildGuest({ fillMiB: 0, dirtyMiBPerSecond: 1 })).rejects.toThrow("nothing to rewrite");
});

test("a definition points at the guest's own image and log", () => {
  const xml = domainXml({ name: "beat", folder: "/srv/vm", memoryMiB: 64 });
  expect(xml).toContain('<source file="/srv/vm/beat.qcow2"/>');
  expect(xml).toContain('<source path="/srv/vm/beat.log" append="on"/>');
});
