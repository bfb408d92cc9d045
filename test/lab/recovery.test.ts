/** The situations of docs/recovery.md that are quickly brought about; it quotes what is said here. */

import { domainState, migrateCommand } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { retryUntil } from "../../provider/util/policy";
import { messageOf, PlacedGuest } from "./placed-guest";
import { expectQuoted } from "./recovery-guide";
import { connectionsTo, lengthyTest, prepareHypervisors, removeGuest, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const web = new PlacedGuest("web", guests.full, { memoryMiB: 64 });
const { placement } = web;

const virsh = (host: LabHost, ...words: string[]) => host.exec(["virsh", ...words]);
const define = (host: LabHost, xml: string) => host.exec(["virsh", "define", "/dev/stdin"], { input: xml });
const definition = async () => (await virsh(hvA, "dumpxml", "--inactive", "web")).stdout;
const preview = async () => placement.preview(await web.inputs("hv-a"));
const quotes = (heading: string, said: string) => expectQuoted(heading, said, placement.outputs.uuid);

beforeAll(async () => {
  await prepareHypervisors();
  await web.furnish();
  await web.up("hv-a");
});
afterAll(() => removeGuest("web"));

test("A host does not answer", async () => {
  await closeConnections(); // one that is still open would be lost, not refused, and only after half a minute
  await hvB.partition();
  try {
    const candidates = connectionsTo([hvA, hvB]);
    for (const candidate of Object.values(candidates)) Object.assign(candidate, { connectTimeoutSeconds: 5 });
    quotes("A host does not answer", await messageOf(web.up("hv-b", {}, { candidates })));
  } finally {
    await hvB.heal();
  }
  expect(placement.outputs.host).toBe("hv-a");
  await web.up("hv-a");
  await web.expectOn("hv-a");
});

lengthyTest("A definition was left on another host", async () => {
  const marked = await definition();
  await define(hvB, marked);
  expect(await placement.refresh()).toBe("changed");
  const healing = await preview();
  expect(await web.up("hv-a")).toBe("updated");
  await web.expectOn("hv-a");

  await define(hvB, marked.replace(/<metadata>.*<\/metadata>/s, ""));
  expect(await placement.refresh()).toBe("changed");
  const refusal = await messageOf(web.up("hv-a"));
  quotes("A definition was left on another host", `${healing}\n${refusal}`);
  expect(await virsh(hvB, "undefine", "web").then(() => placement.refresh())).toBe("unchanged");
});

test("The guest has no definition", async () => {
  await virsh(hvA, "undefine", "web");
  expect(await placement.refresh()).toBe("changed");
  quotes("The guest has no definition", await preview());
  expect(await web.up("hv-a")).toBe("updated");
  await web.expectOn("hv-a");
  expect((await virsh(hvA, "dominfo", "web")).stdout).toMatch(/Persistent: +yes/);
});

test("The guest runs twice", async () => {
  const { uuid } = placement.outputs;
  const diskless = (await definition()).replace(/<disk .*<\/disk>/s, "").replace(/<serial .*<\/serial>/s, "");
  await hvB.exec(["virsh", "create", "/dev/stdin"], { input: diskless.replace(/<console .*<\/console>/s, "") });
  const refusal = await messageOf(placement.refresh());
  const withJournal = await messageOf(web.up("hv-b"));
  expect(withJournal).toContain(`${refusal}\nIts last journal entries on hv-a:\n  `);
  expect(withJournal).toMatch(/Z somebody: web: start on hv-a: done$/m);
  quotes("The guest runs twice", refusal);
  await virsh(hvB, "destroy", uuid); // as it says, to keep the one on hv-a
  expect(await placement.refresh()).toBe("unchanged");
  await web.expectOn("hv-a");
});

test("A QEMU of the guest runs beside libvirt", async () => {
  const { uuid } = placement.outputs;
  const [program, pidFile] = ["qemu-system-x86_64", "/run/stray.pid"];
  const idle = ["-machine", "none", "-nodefaults", "-display", "none", "-daemonize"];
  await hvB.exec([program, ...idle, "-pidfile", pidFile, "-uuid", uuid]);
  const refusal = await messageOf(placement.refresh());
  await hvB.script('kill "$(cat "$1")"', pidFile);
  quotes("A QEMU of the guest runs beside libvirt", refusal);
  const gone = async () => expect((await hvB.tryExec(["test", "-e", pidFile])).exitCode).not.toBe(0);
  await retryUntil(gone, { everyMs: 200, timeoutMs: 60_000 });
  expect(await placement.refresh()).toBe("unchanged");
});

lengthyTest("A move is under way", async () => {
  const moving = hvA.exec(migrateCommand(web.guest, hvB, { bandwidthMiBps: 1 }), { timeoutMs: 300_000 });
  const begun = async () =>
    expect((await virsh(hvA, "domjobinfo", "web", "--rawstats")).stdout).toMatch(/operation: 5/);
  await retryUntil(begun, { everyMs: 300, timeoutMs: 120_000 });
  quotes("A move is under way", await placement.preview(await web.inputs("hv-b")));
  await virsh(hvA, "migrate-setspeed", "web", "1000");
  expect(await web.up("hv-b")).toBe("updated");
  await moving;
  await web.expectOn("hv-b");
  await web.up("hv-a");
});

test("Somebody else is at work on the guest, and The hosts have changed meanwhile", async () => {
  const left = await definition();
  await virsh(hvA, "suspend", "web"); // so that it does not heed the power button
  placement.told.length = 0;
  const first = messageOf(web.inputs("hv-a", {}, { powerState: "shut off" }).then((args) => placement.up(args)));
  const waits = async () => expect(placement.told.join("\n")).toContain("shut down on hv-a");
  await retryUntil(waits, { everyMs: 200, timeoutMs: 60_000 });

  const other = new PlacedGuest("web", guests.full, { memoryMiB: 64 });
  quotes("Somebody else is at work on the guest", await messageOf(other.up("hv-a")));

  await define(hvB, left);
  await virsh(hvA, "destroy", "web");
  quotes("The hosts have changed meanwhile", await first);
  for (const host of [hvA, hvB]) expect(await domainState(host, "web")).toBe("shut off");
});

lengthyTest("The guest is off", async () => {
  await virsh(hvB, "undefine", "web");
  await web.furnish();
  await placement.refresh();
  quotes("The guest is off", await preview());
  expect(await web.up("hv-a")).toBe("updated");
  await web.expectOn("hv-a");
});
