/** A fourth host with another QEMU beside the others. */

import { shareFolder } from "../../lab/by-hand/nfs";
import { guests } from "../../lab/guest/build";
import { NativeGuest } from "./native-guest";
import { messageOf } from "./placed-guest";
import { everything, imageFolder, prepareHypervisors, runningLab } from "./support";

const { lab, nas, hvA } = runningLab();
const hvC = lab.host("hv-c");
const plain = { migration: { tls: false } }; // it has no certificates
const guest = new NativeGuest("between", guests.full, [hvA, hvC], plain);

beforeAll(() => Promise.all([prepareHypervisors(), lab.up({ hosts: ["hv-c"] })]));
afterAll(async () => {
  await guest.remove();
  await hvC.kill();
});

test("it runs Debian 13", async () => {
  expect((await hvC.exec(["sh", "-c", ". /etc/os-release; echo $VERSION_ID"])).stdout).toBe("13\n");
  const { stdout } = await hvC.exec(["virsh", "version"]);
  expect(stdout).toMatch(/Using library: libvirt 11\.3\./);
  expect(stdout).toMatch(/Running hypervisor: QEMU 10\.0\./);
  expect((await hvC.tryExec(["ls", "/etc/pki"])).exitCode).not.toBe(0);
});

test("QEMU moves a guest there that names a machine type, and refuses one that does not", async () => {
  await shareFolder(nas, [hvC], imageFolder);
  await guest.furnish();
  await guest.up("hv-a", { machine: "pc" });
  expect(await messageOf(guest.up("hv-c", { machine: "pc" }))).toMatch(
    /^hv-a has QEMU 7\.2\.\d+, and hv-c has 10\.0\.\d+: the guest's command line names the machine type pc, which is a different machine in each version\. Name a machine type that both know \(machine: pc-i440fx-7\.2 or pc-q35-7\.2\)/,
  );
  await guest.expectOn("hv-a");
  await guest.driver.destroy();
  await guest.furnish();
  await guest.up("hv-a");
  for (const host of everything ? ["hv-c", "hv-a"] : ["hv-c"]) {
    await guest.up(host);
    await guest.expectOn(host);
  }
});
