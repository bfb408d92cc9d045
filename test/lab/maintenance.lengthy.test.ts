/** A host into maintenance and out of it, by the real CLI: six guests by rules, one of which cannot move. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareFolder } from "../../lab/by-hand/nfs";
import { buildGuest, guests as images } from "../../lab/guest/build";
import { domainXml, type GuestDomain, imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { createLabStack } from "../../lab/scenarios/stack";
import { retryUntil } from "../../provider/util/policy";
import { expectUnbroken, imageFolder, runningLab } from "./support";
import { all, forgetGuest, hvA, hvC, nas, prepareThreeHypervisors } from "./three-hypervisors";

jest.setTimeout(30 * 60_000); // a drain and the way back, on slow hosts

const names = ["web1", "web2", "app", "cache", "bound", "pinned"] as const;
type Name = (typeof names)[number];
const local = "/var/lib/libvirt/images";
const guestOf = (name: Name): GuestDomain => ({
  name,
  folder: name === "pinned" ? local : imageFolder,
  logFolder: imageFolder,
  memoryMiB: 48,
});
const homes: Record<Name, string> = {
  web1: "hv-a",
  web2: "hv-b",
  app: "hv-a",
  cache: "hv-a",
  bound: "hv-a",
  pinned: "hv-a",
};
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-maintenance-"));
let stack: PulumiWorkspace;

beforeAll(async () => {
  await prepareThreeHypervisors();
  await Promise.all(names.map(forgetGuest));
  const image = await buildGuest(images.full);
  for (const name of names) {
    const guest = guestOf(name);
    await (name === "pinned" ? hvA : nas).upload(image, imagePath(guest));
    await nas.exec(["rm", "-f", serialLogPath(guest)]);
  }
  const settings = Object.fromEntries(names.map((name) => [`guests.${name}`, domainXml(guestOf(name))]));
  stack = await createLabStack(runningLab().lab, join(folder, "stack"), "test/lab/maintenance-program", {
    ...settings,
    'addresses["hv-c"]': hvC.address,
  });
});
afterAll(async () => {
  await Promise.all(names.map(forgetGuest));
  await hvA.exec(["rm", "-f", imagePath(guestOf("pinned"))]);
  stack?.remove();
  rmSync(folder, { recursive: true, force: true });
  await hvC.kill();
});

const inLine = (text: string) => text.replace(/\s+/g, " ");
const pulumi = async (...args: string[]) => {
  const { stdout, stderr } = await stack.pulumi(args);
  return inLine(stdout + stderr); // what is said of resources goes to stderr with --diff
};
/** Outputs of the policy as the state has them; those of the stack follow with the next `up`. */
async function policy(): Promise<{ maintenanceComplete: object; remaining: object }> {
  const { deployment } = JSON.parse((await stack.pulumi(["stack", "export"])).stdout);
  const { maintenanceComplete, remaining } = deployment.resources.find(({ type }: { type: string }) =>
    type.endsWith(":PlacementPolicy"),
  ).outputs;
  return { maintenanceComplete, remaining };
}
const maintenance = (...hosts: string[]) =>
  hosts.length === 0
    ? stack.tryPulumi(["config", "rm", "--path", "maintenance"])
    : stack.configure(Object.fromEntries(hosts.map((host, index) => [`maintenance[${index}]`, host])));

const runningOn = async (host: LabHost) =>
  (await host.exec(["virsh", "list", "--name", "--state-running"])).stdout.split("\n").filter(Boolean);

/** Hosts on which each runs: one, or all is lost. */
async function places(): Promise<Record<string, string>> {
  const lists = await Promise.all(all.map(async (host) => ({ host: host.name, guests: await runningOn(host) })));
  const hostsOf = (name: string) => lists.flatMap(({ host, guests }) => (guests.includes(name) ? [host] : []));
  return Object.fromEntries(names.map((name) => [name, hostsOf(name).join()]));
}

/** By the rules, with hv-a empty but for the guest that cannot move; which of several hosts a guest has is the policy's. */
async function expectDrained(): Promise<void> {
  const now = await places();
  expect(now).toMatchObject({ web2: "hv-b", web1: "hv-c", bound: "hv-b", pinned: "hv-a" });
  expect(["hv-b", "hv-c"]).toContain(now.app);
  expect(now.cache).toBe(now.app);
}

const expectAllUnbroken = async () => {
  for (const name of names) await expectUnbroken(guestOf(name));
};

test("guests start at their homes", async () => {
  await pulumi("up", "--yes", "--skip-preview");
  expect(await places()).toEqual(homes);
  expect(await pulumi("preview")).toMatch(/unchanged/);
});

test("the guest that cannot move is named in the preview, and nothing moves", async () => {
  await maintenance("hv-a");
  expect(await pulumi("preview", "--diff")).toMatch(
    /hv-[bc] has no image \/var\/lib\/libvirt\/images\/pinned\.qcow2[^[]*\[image-missing\]/,
  );
  expect(await places()).toEqual(homes);
});

test("hv-a is drained by one changed line, move by move in the preview, and not complete while a guest runs there", async () => {
  await stack.configure({ pinned: "stay" });
  const preview = await pulumi("preview", "--diff");
  for (const name of ["web1", "app", "cache", "bound"])
    expect(preview).toMatch(new RegExp(`${name}: hv-a => hv-[bc]: leaves hv-a, which is in maintenance`));
  expect(preview).not.toMatch(/web2: hv-b =>/);
  expect(await places()).toEqual(homes);

  await pulumi("up", "--yes", "--skip-preview");
  await expectDrained();
  await pulumi("refresh", "--yes");
  expect(await policy()).toEqual({ maintenanceComplete: { "hv-a": false }, remaining: { "hv-a": ["pinned"] } });
  expect(await pulumi("up", "--yes", "--skip-preview")).not.toMatch(/updated/);
  await expectAllUnbroken();
});

test("without its last guest, maintenance is complete; afterwards all are back", async () => {
  await hvA.exec(["virsh", "managedsave", "pinned"]);
  await pulumi("refresh", "--yes");
  expect(await policy()).toEqual({ maintenanceComplete: { "hv-a": true }, remaining: { "hv-a": [] } });
  await hvA.exec(["virsh", "start", "pinned"]);
  await maintenance();
  await pulumi("refresh", "--yes");
  expect(await pulumi("preview", "--diff")).toMatch(/web1: hv-c => hv-a: returns/);
  await pulumi("up", "--yes", "--skip-preview");
  expect(await places()).toEqual(homes);
  expect(await pulumi("up", "--yes", "--skip-preview")).not.toMatch(/updated/);
  await expectAllUnbroken();
});

/** Begins to drain hv-a, until a first guest has left it. */
async function drainBegun() {
  await stack.configure({ pinned: "stay" });
  await maintenance("hv-a");
  const started = stack.start(["up", "--yes", "--skip-preview"]);
  const firstLeft = async () => expect((await runningOn(hvA)).length).toBeLessThan(5);
  await retryUntil(firstLeft, { everyMs: 500, timeoutMs: 600_000 });
  return started;
}

test("killed in the middle, the next `up` ends it", async () => {
  const started = await drainBegun();
  for (const pid of [...started.providerPids(), started.pid]) process.kill(pid as number, "SIGKILL");
  await started.done.catch(() => {});
  await stack.tryPulumi(["cancel", "--yes"]);
  await pulumi("refresh", "--yes", "--clear-pending-creates");
  await pulumi("up", "--yes", "--skip-preview");
  await expectDrained();
  await expectAllUnbroken();
  await maintenance();
  await pulumi("up", "--yes", "--skip-preview");
  expect(await places()).toEqual(homes);
  await expectAllUnbroken();
});

/** As an operator decides who is told that a guest may have run on the host that died. @returns guests that begin anew */
async function decided(): Promise<string[]> {
  const { stdout } = await stack.tryPulumi(["refresh", "--yes"]);
  const begins = inLine(stdout).matchAll(/start it anew from its disks: on hv-a: virsh destroy ([0-9a-f-]+); then/g);
  const uuids = [...new Set([...begins].map(([, uuid = ""]) => uuid))];
  const domains = await Promise.all(uuids.map((uuid) => hvA.exec(["virsh", "domname", uuid])));
  for (const uuid of uuids) await hvA.exec(["virsh", "destroy", uuid]);
  return domains.map(({ stdout: name }) => name.trim());
}

test("a destination that dies in the middle keeps no other guest, and the next `up` ends it once it is back", async () => {
  const started = await drainBegun();
  const dead = await runningOn(hvC);
  await hvC.kill();
  const { exitCode } = await started.done;
  expect(exitCode).not.toBe(0);
  const alive = (await Promise.all(all.filter((host) => host !== hvC).map(runningOn))).flat();
  expect(alive.sort()).toEqual(names.filter((one) => !dead.includes(one)).sort());
  await hvC.start();
  await shareFolder(nas, [hvC], imageFolder);
  await retryUntil(() => hvC.exec(["virsh", "list"]), { everyMs: 1000, timeoutMs: 300_000 });
  dead.push(...(await decided()));
  await pulumi("refresh", "--yes");
  await pulumi("up", "--yes", "--skip-preview");
  await expectDrained();
  for (const name of names.filter((one) => !dead.includes(one))) await expectUnbroken(guestOf(name));
});
