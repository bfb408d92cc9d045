/** examples/live-migration on the real CLI, from nothing to nothing: what `npm run demo` shows, and what it cannot show. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateCommand } from "../../lab/by-hand/guest";
import { imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { exampleGuest } from "../../lab/scenarios/adapt-domain";
import { createLiveMigrationStack, prepareHosts } from "../../lab/scenarios/live-migration";
import {
  clearHypervisors,
  everything,
  expectOnlyOn,
  expectUnbroken,
  lengthyTest,
  removeGuest,
  runningLab,
} from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-example-"));
let stack: PulumiWorkspace;
let before: Record<string, string>;
const pulumi = async (...args: string[]) => (await stack.pulumi(args)).stdout;

/** Outputs of the placement in the state. */
async function placed(): Promise<Record<string, unknown>> {
  const { resources } = JSON.parse(await pulumi("stack", "export")).deployment;
  return resources.find(({ type }: { type: string }) => type.endsWith("kvm:DomainPlacement")).outputs;
}

/** What the resources may change on a host: files, units, exports, mounts, domains, sockets. */
async function footprint(host: LabHost): Promise<string> {
  const { stdout } = await host.script(`
    for folder in /etc/exports.d /etc/pki /etc/libvirt /etc/systemd/system /srv; do
      [ ! -e $folder ] || find $folder -path '/srv/vm/*' -prune -o -printf '%p %y %m %u %g\\n' -type f -exec sha256sum {} +
    done | grep -v '^/etc/libvirt/qemu/\\(networks\\|autostart\\)' | sort
    exportfs -s; findmnt -rn -t nfs,nfs4 || true
    systemctl list-unit-files --no-legend 'libvirtd*' '*.mount' | sort
    ss -ltnH | awk '{print $4}' | grep -E ':(16509|16514)$' || true
    [ ! -e /run/libvirt/libvirt-sock ] || virsh list --all --name`);
  return stdout;
}

const footprints = async () => {
  const entries = [nas, hvA, hvB].map(async (host) => [host.name, await footprint(host)] as const);
  return Object.fromEntries(await Promise.all(entries));
};

beforeAll(async () => {
  await clearHypervisors();
  await prepareHosts(lab);
  await nas.exec(["rm", "-f", serialLogPath(exampleGuest)]);
  before = await footprints();
  stack = await createLiveMigrationStack(lab, folder);
});
afterAll(async () => {
  await removeGuest(exampleGuest.name);
  await stack?.tryPulumi(["destroy", "--yes", "--skip-preview"]); // nothing to do when all went well
  rmSync(folder, { recursive: true });
});

test("the first preview knows what will be, and touches nothing", async () => {
  const preview = await pulumi("preview", "--diff");
  expect(preview).toMatch(/removedDevices\s*: \[\s*\[0\]: "cdrom hdc"\s*\[1\]: "USB controller 0"/);
  expect(await footprints()).toEqual(before);
});

test("up sets everything up and starts the guest on hv-a, without cdrom and USB", async () => {
  const said = await pulumi("up", "--yes", "--skip-preview");
  expect(said).not.toContain("Undefined value");
  expect(said).toContain("Left out of ubuntu-14.04, as blockingDevices says: cdrom hdc, USB controller 0.");
  for (const type of ["Host", "NfsExport", "NfsMount", "LibvirtTlsPki", "Domain", "DomainPlacement"])
    expect(said).toContain(`kvm:${type} `);
  await expectOnlyOn(hvA, exampleGuest.name);
  expect((await hvA.exec(["virsh", "dumpxml", exampleGuest.name])).stdout).toMatch(
    /<source bridge='ubuntu_br'\/>\s*<virtualport type='openvswitch'>/,
  );
  await pulumi("preview", "--refresh", "--expect-no-changes");
});

test("another host is an update, a live migration with progress, and no change afterwards", async () => {
  await pulumi("config", "set", "host", "hv-b");
  const preview = await pulumi("preview", "--diff");
  expect(preview).toMatch(/~ .*kvm:DomainPlacement: \(update\)/);
  expect(preview).toMatch(/~ host\s*: "hv-a" => "hv-b"/);
  expect(preview).not.toMatch(/replace|to create/);
  const said = await pulumi("up", "--yes");
  expect(said).toContain(
    "`pulumi up` migrates ubuntu-14.04 live from hv-a to hv-b: it keeps running, without a reboot.",
  );
  expect(said).toMatch(/migrating hv-a => hv-b: /);
  await expectOnlyOn(hvB, exampleGuest.name);
  await expectUnbroken(exampleGuest);
  const { lastMigration } = JSON.parse(await pulumi("stack", "output", "--json"));
  expect(lastMigration).toMatchObject({ from: "hv-a", to: "hv-b", encrypted: true, downtimeMs: expect.any(Number) });
  if (everything) await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
});

lengthyTest(
  "a move that is half done is kept as it is, outlives a refresh, and is finished by the next up",
  async () => {
    const good = await pulumi("config", "get", "domainXml");
    const bad = join(folder, "bad.xml");
    writeFileSync(bad, readFileSync(good.trim(), "utf8").replace("offset='utc'", "offset='noon'"));
    await pulumi("config", "set-all", "--plaintext", `domainXml=${bad}`, "--plaintext", "host=hv-a");
    const failed = await stack.tryPulumi(["up", "--yes", "--skip-preview"]);
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stdout).toMatch(/virsh .*define.* ended with exit code 1|ended with exit code 1/s);
    expect(failed.stdout + failed.stderr).not.toMatch(/\n\s+at .*\.js/);
    await expectOnlyOn(hvA, exampleGuest.name); // it moved, and was not given the definition
    await pulumi("refresh", "--yes");
    expect(await placed()).toMatchObject({ host: "hv-a", pendingSteps: [expect.any(String)] });
    await pulumi("config", "set", "domainXml", good.trim());
    expect(await pulumi("up", "--yes", "--skip-preview")).not.toContain("migrating");
    expect(await placed()).not.toHaveProperty("pendingSteps");
    await pulumi("preview", "--expect-no-changes");
    await expectUnbroken(exampleGuest);
  },
);

test("both hosts answer each other over TLS", async () => {
  for (const [from, to] of [
    [hvA, hvB],
    [hvB, hvA],
  ] as const)
    await from.exec(["virsh", "-c", `qemu+tls://${to.address}/system`, "list", "--all"]);
});

lengthyTest("a move by hand shows in refresh, and the next up moves the guest back live", async () => {
  await hvA.exec(migrateCommand(exampleGuest, hvB));
  const drift = await stack.tryPulumi(["refresh", "--preview-only", "--diff", "--expect-no-changes"]);
  expect(drift.exitCode).not.toBe(0);
  expect(drift.stdout).toMatch(/~ host\s*: "hv-a" => "hv-b"/);
  const said = await pulumi("up", "--yes", "--refresh", "--skip-preview");
  expect(said).toMatch(/migrating hv-b => hv-a: /);
  await expectOnlyOn(hvA, exampleGuest.name);
  await expectUnbroken(exampleGuest);
});

lengthyTest("neither the state nor the most talkative log holds a private key", async () => {
  const { stdout, stderr } = await stack.pulumi(["refresh", "--yes", "--logtostderr", "-v=9"]);
  const state = await pulumi("stack", "export");
  const keys = await Promise.all(
    [hvA, hvB].map((host) => host.exec(["sh", "-c", "cat /etc/pki/libvirt/private/*.pem /etc/pki/qemu/*-key.pem"])),
  );
  const lines = [...keys.map((key) => key.stdout), readFileSync(lab.ssh.identityFile, "utf8")]
    .flatMap((text) => text.split("\n"))
    .filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
  expect(lines.length).toBeGreaterThan(50);
  expect(lines.filter((line) => [stdout, stderr, state].some((text) => text.includes(line)))).toEqual([]);
  for (const text of [stdout, stderr, state]) expect(text).not.toContain("PRIVATE KEY");
});

lengthyTest("a kept guest's mount is not taken away: destroy names the guest", async () => {
  const { host } = await placed();
  await pulumi("config", "set", "onDelete", "keep");
  await pulumi("up", "--yes", "--skip-preview");
  const { exitCode, stdout } = await stack.tryPulumi(["destroy", "--yes", "--skip-preview"]);
  expect(exitCode).not.toBe(0);
  expect(stdout).toContain(`ubuntu-14.04 stays running and defined on ${host}, and is only removed from the state.`);
  expect(stdout).toMatch(/in use.*ubuntu-14\.04|ubuntu-14\.04.*uses/s);
  await expectOnlyOn(lab.host(String(host)), exampleGuest.name);
  await pulumi("config", "rm", "onDelete");
  await pulumi("up", "--yes", "--skip-preview");
});

test("destroy leaves the hosts as they were", async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
  expect(await footprints()).toEqual(before);
  expect(JSON.parse(await pulumi("stack", "export")).deployment.resources ?? []).not.toContainEqual(
    expect.objectContaining({ type: expect.stringContaining("kvm:") }),
  );
  await nas.exec(["test", "-e", imagePath(exampleGuest)]);
});
