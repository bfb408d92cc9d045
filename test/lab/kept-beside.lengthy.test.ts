/** What libvirt keeps beside a guest is there after a destroy, or the guest is not touched. */
import { guests } from "../../lab/guest/build";
import { PlacedGuest } from "./placed-guest";
import { expectOnlyOn, expectUnbroken, lengthyTest, prepareHypervisors, removeGuest, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const both = [hvA, hvB];
const marked = new PlacedGuest("checked", guests.beat);
const firmware = new PlacedGuest("firmware", guests.beat);
const [code, variables] = ["/var/lib/libvirt/images/code.fd", "/var/lib/libvirt/qemu/nvram/firmware_VARS.fd"];

beforeAll(async () => {
  await prepareHypervisors();
  for (const host of both)
    await host.script('mkdir -p "$(dirname "$2")"; truncate -s 2M "$1"; truncate -s 128K "$2"', code, variables);
});
afterAll(async () => {
  await hvA.tryExec(["sh", "-c", "virsh checkpoint-delete checked before --metadata"]);
  for (const name of ["checked", "firmware"]) await removeGuest(name);
  for (const host of both) await host.exec(["rm", "-f", code, variables]);
});

lengthyTest("a guest with a checkpoint is neither shut down nor moved; without it, it goes", async () => {
  await marked.furnish();
  await marked.up("hv-a");
  await hvA.exec(["virsh", "checkpoint-create-as", "checked", "before", "--diskspec", "vda"]);
  await expect(marked.placement.destroy()).rejects.toThrow(
    /hv-a has 1 checkpoint of checked, .*virsh checkpoint-delete/,
  );
  await expect(marked.up("hv-b")).rejects.toThrow(/hv-a has 1 checkpoint of checked/);
  await expectOnlyOn(hvA, "checked");
  await expectUnbroken(marked.guest);
  await hvA.exec(["virsh", "checkpoint-delete", "checked", "before"]);
  await marked.placement.destroy();
  await expectOnlyOn(undefined, "checked");
});

lengthyTest("UEFI variables stay where they are when the guest is destroyed", async () => {
  await firmware.furnish();
  const { domain } = await firmware.inputs("hv-a");
  const flash = `<loader readonly="yes" type="pflash">${code}</loader><nvram>${variables}</nvram></os>`;
  const changes = {
    domain: { ...domain, definition: domain.definition.replace("</os>", flash) },
    onDelete: "destroy" as const,
  };
  await hvA.script('printf mine | dd of="$1" conv=notrunc 2> /dev/null', variables);
  await firmware.up("hv-a", {}, changes);
  expect((await hvA.exec(["virsh", "dumpxml", "firmware"])).stdout).toContain(variables);
  await firmware.placement.destroy();
  await expectOnlyOn(undefined, "firmware");
  expect((await hvA.exec(["head", "-c", "4", variables])).stdout).toBe("mine");
});
