import { buildGuest, guests } from "../../lab/guest/build";
import { domainXml, imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { domain } from "../../provider/resources/domain/definition";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { retryUntil } from "../../provider/util/policy";
import { ResourceHarness } from "./resource-harness";
import {
  connectionsTo,
  expectOnlyOn,
  expectUnbroken,
  imageFolder,
  lengthyTest,
  prepareHypervisors,
  removeGuest,
  runningLab,
} from "./support";

const { nas, hvA, hvB } = runningLab();
const guest = { name: "placed", folder: imageFolder, memoryMiB: 64 };
const definitions = new ResourceHarness(domain, "Domain::placed");
const placement = new ResourceHarness(domainPlacement, "DomainPlacement::placed");

type Inputs = Parameters<typeof placement.up>[0];

async function inputs(changes: Partial<Inputs> = {}, xml = domainXml(guest)): Promise<Inputs> {
  await definitions.up({ xml });
  const { uuid, name, definition } = definitions.outputs as Record<string, string>;
  const candidates = connectionsTo([hvA, hvB]);
  for (const candidate of Object.values(candidates)) Object.assign(candidate, { connectTimeoutSeconds: 5 });
  return { domain: { uuid, name, definition } as Inputs["domain"], host: "hv-a", candidates, ...changes };
}

const toldLast = () => placement.told.splice(0).join("\n");
const virsh = (host: LabHost, ...words: string[]) => host.exec(["virsh", ...words]);

beforeAll(async () => {
  await prepareHypervisors();
  await nas.upload(await buildGuest(guests.beat), imagePath(guest));
  await nas.exec(["rm", "-f", serialLogPath(guest)]);
});
afterAll(() => removeGuest(guest.name));

test("what stands in the way is named at once, before anything is changed", async () => {
  const lacking = domainXml(guest)
    .replace("<memballoon", "<interface type='bridge'><source bridge='nowhere0'/></interface><memballoon")
    .replace(imagePath(guest), "/srv/vm/no such image")
    .replace("<devices>", "<devices><emulator>/usr/bin/no-qemu</emulator>");
  const refusal = placement.up(await inputs({}, lacking));
  await expect(refusal).rejects.toThrow(/hv-a has no emulator \/usr\/bin\/no-qemu/);
  await expect(refusal).rejects.toThrow(/hv-a has no image \/srv\/vm\/no such image/);
  await expect(refusal).rejects.toThrow(/hv-a has no bridge nowhere0/);
  expect(placement.exists).toBe(false);
  await expectOnlyOn(undefined, guest.name);
});

test("create defines and starts it; then nothing is to be done", async () => {
  expect(await placement.up(await inputs())).toBe("created");
  await expectOnlyOn(hvA, guest.name);
  expect(placement.outputs).toMatchObject({ host: "hv-a", state: "running", persistent: true, autostart: false });
  expect(await placement.up(await inputs())).toBe("unchanged");
  expect(await placement.refresh()).toBe("unchanged");
  await expectUnbroken(guest);
});

test("another host is a live migration, announced and reported", async () => {
  expect(await placement.up(await inputs({ host: "hv-b", autostart: true }))).toBe("updated");
  const told = toldLast();
  expect(told).toContain("`pulumi up` migrates placed live from hv-a to hv-b: it keeps running, without a reboot.");
  expect(told).toMatch(/migrating hv-a => hv-b: preparing/);
  expect(told).toMatch(/placed moved live from hv-a to hv-b: total time \d+ ms, downtime \d+ ms, .* sent, encrypted\./);
  await expectOnlyOn(hvB, guest.name);
  expect(placement.outputs.lastMigration).toMatchObject({ from: "hv-a", to: "hv-b", encrypted: true });
  for (const figure of ["totalTimeMs", "downtimeMs", "bytes", "iterations"] as const)
    expect(placement.outputs.lastMigration?.[figure]).toBeGreaterThan(0);
  expect((await virsh(hvB, "dominfo", guest.name)).stdout).toMatch(/Persistent: +yes\nAutostart: +enable/);
  expect(await placement.refresh()).toBe("unchanged");
  await expectUnbroken(guest);
});

test("a changed definition is written, and waits for the guest's next start", async () => {
  toldLast();
  const larger = domainXml(guest).replace("<vcpu>1", "<vcpu>2");
  expect(await placement.up(await inputs({ host: "hv-b" }, larger))).toBe("updated");
  expect(toldLast()).toContain("The new definition of placed takes effect when the guest is next started.");
  expect((await virsh(hvB, "dumpxml", "--inactive", guest.name)).stdout).toContain(">2</vcpu>");
  await expectUnbroken(guest);
  expect(await placement.up(await inputs({ host: "hv-b" }))).toBe("updated");
});

test("what was changed by hand is drift, all of it named, and the next up repairs it", async () => {
  const { stdout } = await virsh(hvB, "dumpxml", "--inactive", guest.name);
  await hvA.exec(["virsh", "define", "/dev/stdin"], { input: stdout });
  await hvB.exec(["virsh", "define", "/dev/stdin"], { input: stdout.replace(">1</vcpu>", ">3</vcpu>") });
  await virsh(hvB, "suspend", guest.name);
  expect(await placement.refresh()).toBe("changed");
  expect(placement.outputs.drift).toEqual([
    "hv-a has a definition of placed too; the guest is paused (user) on hv-b",
    "placed is paused (user) on hv-b",
    "the definition of placed on hv-b was changed by hand",
  ]);
  expect(await placement.up(await inputs({ host: "hv-b" }))).toBe("updated");
  await expectOnlyOn(hvB, guest.name);
  expect((await virsh(hvB, "dumpxml", "--inactive", guest.name)).stdout).toContain(">1</vcpu>");
  expect(await placement.refresh()).toBe("unchanged");
  await expectUnbroken(guest);
});

lengthyTest("a host that does not answer is an error, never an absence", async () => {
  await closeConnections(); // one that is still open would be lost, not refused, and only after half a minute
  await hvA.partition();
  try {
    await expect(placement.refresh()).rejects.toThrow(
      /placed: It may be on any of hv-a, hv-b; .*\nhv-a: .*cannot be reached/,
    );
    await expect(inputs().then((args) => placement.up(args))).rejects.toThrow(/cannot be reached/);
  } finally {
    await hvA.heal();
  }
  expect(placement.outputs.host).toBe("hv-b");
  await expectOnlyOn(hvB, guest.name);
});

test("another guest's name on the destination is refused with its UUID; nothing moves", async () => {
  const other = domainXml(guest).replace("<name>", "<uuid>11111111-2222-3333-4444-555555555555</uuid><name>");
  await hvA.exec(["virsh", "define", "/dev/stdin"], { input: other });
  await expect(inputs({ host: "hv-a" }).then((args) => placement.up(args))).rejects.toThrow(
    'hv-a has another domain with the name "placed" and the UUID 11111111-2222-3333-4444-555555555555',
  );
  await virsh(hvA, "undefine", "11111111-2222-3333-4444-555555555555");
  await expectOnlyOn(hvB, guest.name);
});

test("a destination that does not listen and has no image is refused before anything moves", async () => {
  await hvA.script(`systemctl stop libvirtd-tls.socket libvirtd.service; umount ${imageFolder}`);
  const refusal = inputs({ host: "hv-a" }).then((args) => placement.up(args));
  await expect(refusal).rejects.toThrow(
    /libvirt on hv-b cannot talk to qemu\+tls:\/\/10\.77\.0\.11\/system \(hv-a\): nothing listens\. .* a LibvirtTlsPki/,
  );
  await expect(refusal).rejects.toThrow(
    /hv-a has no image \/srv\/vm\/placed\.qcow2, which the guest needs\. .*NfsMount/,
  );
  await hvA.script("systemctl stop libvirtd.service; systemctl start libvirtd-tls.socket");
  await prepareHypervisors();
  await expectOnlyOn(hvB, guest.name);
});

lengthyTest(
  "an SSH connection that breaks in the middle of a move does not stop it: the job is found again and joined",
  async () => {
    const moving = inputs({ host: "hv-a", migration: { bandwidthMiBps: 1 } }).then((args) => placement.up(args));
    const begun = async () =>
      expect((await virsh(hvB, "domjobinfo", guest.name, "--rawstats")).stdout).toMatch(/operation: 5/);
    await retryUntil(begun, { everyMs: 300, timeoutMs: 120_000 });
    toldLast();
    await hvB.tryExec(["sh", "-c", "kill $(pgrep -f '^sshd: root@notty')"]);
    const joined = async () => expect(placement.told.join("\n")).toContain("a migration is under way");
    await retryUntil(joined, { everyMs: 100, timeoutMs: 120_000 });
    await virsh(hvB, "migrate-setspeed", guest.name, "1000");
    expect(await moving).toBe("updated");
    await expectOnlyOn(hvA, guest.name);
    expect(placement.outputs.lastMigration).toMatchObject({ from: "hv-b", to: "hv-a" });
    await expectUnbroken(guest);
  },
);

test("another UUID is refused as another guest", async () => {
  const { domain: placed, ...rest } = await inputs();
  const other = { ...placed, uuid: "11111111-2222-3333-4444-555555555555" };
  await expect(placement.up({ ...rest, domain: other })).rejects.toThrow(/domain\.uuid .* is a different guest/);
});

lengthyTest(
  "a stopped guest is drift of powerState; off, its definition alone moves; then it is started there",
  async () => {
    await virsh(hvA, "destroy", guest.name);
    expect(await placement.refresh()).toBe("changed");
    expect(placement.outputs).toMatchObject({ powerState: "shut off", state: "shut off" });
    expect(await placement.up(await inputs({ host: "hv-b", powerState: "shut off" }))).toBe("updated");
    await expectOnlyOn(hvB, guest.name, "shut off");
    await nas.exec(["rm", serialLogPath(guest)]);
    expect(await placement.up(await inputs())).toBe("updated");
    await expectOnlyOn(hvA, guest.name);
    await expectUnbroken(guest);
  },
);

lengthyTest("kept, it runs on and is forgotten; it is known again by its mark", async () => {
  expect(await placement.up(await inputs({ onDelete: "keep" }))).toBe("updated");
  toldLast();
  await placement.destroy();
  expect(toldLast()).toContain("placed stays running and defined on hv-a, and is only removed from the state.");
  await expectOnlyOn(hvA, guest.name);
  expect(await placement.up(await inputs())).toBe("created");
  await expectUnbroken(guest);
});

test("renamed, replaced or wanted by another stack, it runs on as it is", async () => {
  const renamed = new ResourceHarness(domainPlacement, "DomainPlacement::renamed");
  expect(await renamed.up(await inputs())).toBe("created");
  expect(renamed.told.join("\n")).toContain('passes over from the DomainPlacement "placed"');
  toldLast();
  await placement.destroy();
  expect(toldLast()).toMatch(/placed on hv-a stays: it belongs to the DomainPlacement "renamed"/);
  await renamed.replace(await inputs());
  expect(await renamed.refresh()).toBe("unchanged");
  const other = new ResourceHarness(domainPlacement, "DomainPlacement::placed", "prod");
  await expect(inputs().then((args) => other.up(args))).rejects.toThrow(
    /belongs to the DomainPlacement "renamed" of the stack "lab" .* set adopt to true/,
  );
  expect(await placement.up(await inputs())).toBe("created");
  await renamed.destroy();
  await expectOnlyOn(hvA, guest.name);
  await expectUnbroken(guest);
});

test("a guest with a snapshot is not shut down by a destroy that would fail", async () => {
  const snapshot = `<domainsnapshot><name>before</name><state>running</state></domainsnapshot>`;
  const redefined = (await virsh(hvA, "dumpxml", guest.name)).stdout;
  const xml = snapshot.replace("</domainsnapshot>", `<creationTime>1</creationTime>${redefined}</domainsnapshot>`);
  await hvA.exec(["virsh", "snapshot-create", guest.name, "/dev/stdin", "--redefine"], { input: xml });
  await expect(placement.destroy()).rejects.toThrow(/hv-a has 1 snapshot of placed, .*virsh snapshot-delete/);
  await expect(inputs({ host: "hv-b" }).then((args) => placement.up(args))).rejects.toThrow(/has 1 snapshot of placed/);
  await virsh(hvA, "snapshot-delete", guest.name, "before", "--metadata");
  await expectUnbroken(guest);
});

test("a domain that nothing marks is taken over only when told to", async () => {
  const { stdout } = await virsh(hvA, "dumpxml", "--inactive", guest.name);
  await hvA.exec(["virsh", "define", "/dev/stdin"], { input: stdout.replace(/<metadata>.*<\/metadata>/s, "") });
  placement.forget();
  await expect(inputs().then((args) => placement.up(args))).rejects.toThrow(/Set adopt to true to take it over/);
  expect(await placement.up(await inputs({ adopt: true }))).toBe("created");
  expect(await placement.refresh()).toBe("unchanged");
  await expectUnbroken(guest);
});

test("a guest that does not shut down in time stays, and the error names the way on", async () => {
  await placement.up(await inputs({ adopt: true, shutdownTimeoutSeconds: 0.001 }));
  await virsh(hvA, "suspend", guest.name); // deaf
  await expect(placement.destroy()).rejects.toThrow(/still runs after 0\.001 s .* set onDelete to "destroy"/);
  await virsh(hvA, "resume", guest.name);
  expect(placement.exists).toBe(true);
});

test("destroy shuts it down and leaves no definition; again is fine", async () => {
  await placement.up(await inputs());
  await placement.destroy();
  await expectOnlyOn(undefined, guest.name);
  expect((await nas.exec(["ls", imagePath(guest)])).stdout.trim()).toBe(imagePath(guest));
});

test("what cannot be started is not left behind", async () => {
  const unstartable = domainXml(guest)
    .replace('machine="pc-i440fx-7.2"', 'machine="pc-i440fx-7.2"')
    .replace("64</memory>", "900000</memory>");
  await expect(inputs({}, unstartable).then((args) => placement.up(args))).rejects.toThrow();
  expect(placement.exists).toBe(false);
  await expectOnlyOn(undefined, guest.name);
});
