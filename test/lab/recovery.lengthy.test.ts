/** The situations of docs/recovery.md that take minutes to bring about; the others are in recovery.test.ts. */
import { domainState, migrateCommand } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { retryUntil } from "../../provider/util/policy";
import type { Moment } from "../faults/fault";
import { listenAgain } from "../faults/faults/daemons";
import { waitForMoment } from "../faults/moments";
import { Scene } from "../faults/scene";
import { messageOf, PlacedGuest } from "./placed-guest";
import { expectQuoted } from "./recovery-guide";
import { connectionsTo, prepareHypervisors, removeGuest, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const web = new PlacedGuest("web", guests.full, { memoryMiB: 64 });
const { placement } = web;

const preview = async (host: "hv-a" | "hv-b") => placement.preview(await web.inputs(host));
const quotes = (heading: string, said: string) => expectQuoted(heading, said, placement.outputs.uuid);

beforeAll(async () => {
  await prepareHypervisors();
  await web.furnish();
  await web.up("hv-a");
});
afterAll(() => removeGuest("web"));

/** A move by hand from hv-a to hv-b that does not get further than this, and never will. */
async function cutOff(moment: Moment, dead: readonly LabHost[]): Promise<void> {
  const moving = hvA.tryExec(migrateCommand(web.guest, hvB, { bandwidthMiBps: 1 }), { timeoutMs: 300_000 });
  await waitForMoment(new Scene("web"), moment);
  for (const host of dead) await host.script("kill -9 $(pidof libvirtd)");
  await moving;
  for (const host of dead)
    await host.script("systemctl reset-failed libvirtd.service; systemctl start libvirtd.service");
}

test("A move was cut off before the guest ran on the destination", async () => {
  await cutOff("switchover", [hvA, hvB]);
  expect(await placement.refresh()).toBe("changed");
  quotes("A move was cut off before the guest ran on the destination", await preview("hv-a"));
  expect(await web.up("hv-a")).toBe("updated");
  await web.expectOn("hv-a");
});

test("A move was cut off after the guest ran on the destination", async () => {
  await cutOff("after switchover", [hvA]);
  expect(await placement.refresh()).toBe("changed");
  quotes("A move was cut off after the guest ran on the destination", await preview("hv-b"));
  expect(await web.up("hv-b")).toBe("updated");
  await web.expectOn("hv-b");
  await web.up("hv-a");
});

test("A move was cut off, and the guest may have run on the destination", async () => {
  await cutOff("after switchover", [hvA]);
  await hvB.script('kill -9 $(cat "/run/libvirt/qemu/$1.pid")', "web");
  await retryUntil(async () => expect(await domainState(hvB, "web")).toBe("shut off"), {
    everyMs: 300,
    timeoutMs: 60_000,
  });
  const refused = await messageOf(placement.refresh());
  quotes("A move was cut off, and the guest may have run on the destination", refused);
  expect(await messageOf(web.up("hv-b"))).toContain("nothing shows that it did not run there");
  expect(await domainState(hvA, "web")).toBe("paused");
  await hvA.exec(["virsh", "destroy", "web"]);
  await web.furnish(); // it counts anew
  expect(await placement.refresh()).toBe("changed");
  expect(await web.up("hv-a")).toBe("updated");
  await web.expectOn("hv-a");
});

test("Post-copy lost its connection", async () => {
  const allow = (value: 0 | 1) => hvB.exec(["sysctl", `vm.unprivileged_userfaultfd=${value}`]);
  await allow(1);
  const slow = migrateCommand(web.guest, hvB, { bandwidthMiBps: 1 });
  const moving = hvA.tryExec([...slow, "--postcopy", "--postcopy-bandwidth", "1"], { timeoutMs: 300_000 });
  const patient = { everyMs: 300, timeoutMs: 120_000 };
  await retryUntil(() => hvA.exec(["virsh", "migrate-postcopy", "web"]), patient);
  await retryUntil(() => hvA.exec(["virsh", "domjobabort", "web", "--postcopy"]), patient);
  await moving;
  expect(await placement.refresh()).toBe("changed");
  quotes("Post-copy lost its connection", await preview("hv-b"));
  expect(await web.up("hv-b")).toBe("updated");
  await allow(0);
  await web.expectOn("hv-b");
  await web.up("hv-a");
});

test("Libvirt on a host does not answer", async () => {
  await web.up("hv-b");
  await hvB.script("systemctl stop libvirtd.service 'libvirtd*.socket'");
  const said = await messageOf(web.up("hv-a"));
  expect(said).not.toContain("set fenced");
  const fenced = await messageOf(web.up("hv-a", {}, { fenced: ["hv-b"] }));
  quotes("Libvirt on a host does not answer", `${said}\n${fenced}`);
  expect((await hvA.exec(["virsh", "list", "--name"])).stdout.trim()).toBe("");
  await hvB.script(listenAgain);
  await web.up("hv-a");
  await web.expectOn("hv-a");
});

test("The host of the guest has lost its power", async () => {
  const candidates = connectionsTo([hvA, hvB]);
  for (const candidate of Object.values(candidates)) Object.assign(candidate, { connectTimeoutSeconds: 5 });
  const fenced = await web.inputs("hv-b", {}, { fenced: ["hv-a"], candidates });

  await closeConnections();
  await hvA.cutAdmin();
  const lie = await messageOf(placement.up(fenced));
  await hvA.healAdmin();
  await web.expectOn("hv-a");

  await hvA.kill();
  await closeConnections();
  expect(await messageOf(placement.refresh())).toContain('set fenced: ["hv-a"]');
  expect(await placement.up(fenced)).toBe("updated");
  expect(await domainState(hvB, "web")).toBe("running");

  await hvA.start();
  await prepareHypervisors();
  expect(await placement.refresh()).toBe("changed");
  const risen = await messageOf(placement.up(fenced));
  quotes("The host of the guest has lost its power", `${lie}\n${risen}`);
  expect(await web.up("hv-b")).toBe("updated");
  await web.expectRunningOn("hv-b");
});
