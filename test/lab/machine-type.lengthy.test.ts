/** A guest with a machine type that the destination does not know: said in the preview, and mended as it says. */
import { buildGuest, guests } from "../../lab/guest/build";
import { domainXml, type GuestDomain, imagePath, serialLogPath } from "../../lab/guest/domain";
import { closeConnections } from "../../provider/host/ssh-host";
import { domain } from "../../provider/resources/domain/definition";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { messageOf } from "./placed-guest";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, expectUnbroken, imageFolder } from "./support";
import { all, forgetGuest, hvA, hvC, nas, prepareThreeHypervisors } from "./three-hypervisors";

const guest: GuestDomain = { name: "new-machine", folder: imageFolder, memoryMiB: 32 };
const definitions = new ResourceHarness(domain, `Domain::${guest.name}`);
const placement = new ResourceHarness(domainPlacement, `DomainPlacement::${guest.name}`);

beforeAll(async () => {
  await prepareThreeHypervisors();
  await forgetGuest(guest.name);
});
afterAll(async () => {
  await forgetGuest(guest.name);
  await hvC.kill();
  closeConnections();
});

async function furnish(): Promise<void> {
  await nas.upload(await buildGuest(guests.beat), imagePath(guest));
  await nas.exec(["rm", "-f", serialLogPath(guest)]);
}

async function inputs(host: string, machine: string) {
  await definitions.up({ xml: domainXml(guest).replace("pc-i440fx-7.2", machine) });
  const { uuid = "", name = "", definition = "" } = definitions.outputs as Record<string, string>;
  return { domain: { uuid, name, definition }, host, candidates: connectionsTo(all) };
}

test("the preview says so, the guest counts on; with one that both know, and started anew, it moves", async () => {
  await furnish();
  expect(await placement.up(await inputs("hv-c", "pc-i440fx-10.0"))).toBe("created");
  const refusal = await messageOf(inputs("hv-a", "pc-i440fx-10.0").then((args) => placement.preview(args)));
  expect(refusal).toMatch(/^hv-a has no machine type pc-i440fx-10\.0: .* \[machine-type-missing\]$/m);
  await expectUnbroken(guest);
  expect(await placement.refresh()).toBe("unchanged");

  expect(await placement.up(await inputs("hv-c", "pc-i440fx-7.2"))).toBe("updated");
  const still = await messageOf(inputs("hv-a", "pc-i440fx-7.2").then((args) => placement.preview(args)));
  expect(still).toContain("[machine-type-missing]"); // of the guest as it runs
  await hvC.exec(["virsh", "destroy", guest.name]);
  await furnish();
  await placement.refresh();
  expect(await placement.up(await inputs("hv-c", "pc-i440fx-7.2"))).toBe("updated");
  expect(await placement.up(await inputs("hv-a", "pc-i440fx-7.2"))).toBe("updated");
  expect((await hvA.exec(["virsh", "domstate", guest.name])).stdout.trim()).toBe("running");
  expect((await hvC.tryExec(["virsh", "domstate", guest.name])).stdout.trim()).toBe("");
  await expectUnbroken(guest);
});
