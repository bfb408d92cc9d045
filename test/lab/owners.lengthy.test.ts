/**
 * Every resource that makes something on a host, through all that a program or another stack can do to its name, on the
 * real CLI: what a preview says, and what the hosts have afterwards. The quick half is in the tests of each resource.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGuest, guests } from "../../lab/guest/build";
import { domainXml, imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { createLabStack } from "../../lab/scenarios/stack";
import { retryUntil } from "../../provider/util/policy";
import { clearHypervisors, expectUnbroken, removeGuest, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-owners-"));
const [path, uuid] = ["/srv/owned", "0f0806ab-531d-4134-9def-c5b495529284"];
const web = { name: "web", folder: path, memoryMiB: 64 };
const native = { name: "native", folder: path, memoryMiB: 64 };
const types = [
  "NfsExport",
  "NfsMount",
  "LibvirtTlsPki",
  "LibvirtTlsRequests",
  "LibvirtSshAccess",
  "DomainPlacement",
  "QemuGuest",
];
/** Those that no two stacks can have at once. */
const exclusive = types.filter((type) => type !== "LibvirtSshAccess");

/** What runs and is set up, without the notes of whose it is: nothing of it may change. */
async function footprint(host: LabHost): Promise<string> {
  const { stdout } = await host.script(`
    exportfs -s; findmnt -rn -t nfs,nfs4 -o TARGET,SOURCE,OPTIONS || true
    find /etc/pki /root/.ssh/id_* /var/lib/pulumi-kvm-live/libvirt-tls-requests/*.pem -type f -exec sha256sum {} + 2> /dev/null | sort
    systemctl list-unit-files --no-legend 'libvirtd*' '*.mount' | sort
    pgrep -a qemu-system || true; pgrep -x libvirtd || true`);
  return stdout;
}

const footprints = async () =>
  Object.fromEntries(await Promise.all([nas, hvA, hvB].map(async (host) => [host.name, await footprint(host)])));

let before: Record<string, string>;

async function expectUntouched(): Promise<void> {
  expect(await footprints()).toEqual(before);
  await expectUnbroken(web);
  await expectUnbroken(native);
}

async function stackIn(name: string, project: string): Promise<PulumiWorkspace> {
  const own = join(folder, `${project}-${name}`);
  const settings = { path, uuid, domainXml: join(folder, "web.xml"), suffix: "one" };
  return createLabStack(lab, own, "test/lab/owner-program", settings, { name, project });
}

const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;
const up = async (stack: PulumiWorkspace, ...more: string[]) =>
  said(await stack.pulumi(["up", "--yes", "--skip-preview", ...more]));
const set = (stack: PulumiWorkspace, settings: Record<string, string>) => stack.configure(settings);

let first: PulumiWorkspace;

beforeAll(async () => {
  await clearHypervisors();
  await nas.exec(["mkdir", "-p", path]);
  for (const guest of [web, native]) {
    await nas.upload(await buildGuest(guests.beat), imagePath(guest));
    await nas.exec(["rm", "-f", serialLogPath(guest)]);
  }
  writeFileSync(
    join(folder, "web.xml"),
    domainXml(web).replace("<memory", `<uuid>${uuid.replace("0f", "1f")}</uuid><memory`),
  );
  first = await stackIn("dev", "shop");
  await up(first);
  await expectUnbroken(web);
  await expectUnbroken(native);
  before = await footprints();
});
afterAll(async () => {
  await first?.tryPulumi(["destroy", "--yes", "--skip-preview"]);
  await removeGuest("web");
  await nas.exec(["rm", "-rf", path]);
  rmSync(folder, { recursive: true });
});

async function expectPassesOver(settings: Record<string, string>): Promise<void> {
  await set(first, settings);
  const preview = said(await first.pulumi(["preview"]));
  for (const type of exclusive) expect(preview).toMatch(new RegExp(`passes over from the ${type} `));
  const done = await up(first);
  expect(done).toContain("What it has made stays: the program still has it.");
  await expectUntouched();
  await first.pulumi(["preview", "--refresh", "--expect-no-changes"]);
}

test("renamed without an alias, all of it passes over", () => expectPassesOver({ suffix: "two" }));

test("moved into a component, too", () => expectPassesOver({ component: "true" }));

test("replaced, in either order, nothing is done to it", async () => {
  const { resources } = JSON.parse((await first.pulumi(["stack", "export"])).stdout).deployment;
  const urns = resources
    .map(({ urn }: { urn: string }) => urn)
    .filter((urn: string) => types.some((type) => urn.includes(`kvm:${type}::`)));
  expect(urns).toHaveLength(types.length + 1); // two mounts
  await up(first, ...urns.flatMap((urn: string) => ["--replace", urn]));
  await expectUntouched();
  await first.pulumi(["preview", "--refresh", "--expect-no-changes"]);
});

test("killed between create and delete, the next up goes on", async () => {
  await set(first, { suffix: "three" });
  const killed = first.start(["up", "--yes", "--skip-preview"]);
  const hasPassed = () => hvB.exec(["grep", "QemuGuest-three", `/run/pulumi-kvm-live/qemu/${uuid}/owner`]);
  await retryUntil(hasPassed, { everyMs: 100, timeoutMs: 300_000 });
  killed.signal("SIGKILL");
  await killed.done;
  await first.pulumi(["cancel", "--yes"]);
  await up(first);
  await expectUntouched();
  await first.pulumi(["preview", "--refresh", "--expect-no-changes"]);
});

test.each([
  ["prod", "shop"],
  ["dev", "warehouse"],
])(
  "the stack %s of the project %s is refused, in the preview, and takes over only what it adopts",
  async (name, project) => {
    const other = await stackIn(name, project);
    for (const type of exclusive) {
      const rest = types.filter((one) => one !== type);
      await set(other, Object.fromEntries(rest.map((one, index) => [`without[${index}]`, one])));
      const { exitCode, stdout } = await other.tryPulumi(["preview"]);
      expect(exitCode).not.toBe(0);
      expect(stdout).toMatch(new RegExp(`belongs to the ${type} "${type}-.*" of the stack `));
      expect(stdout).toContain("set adopt to true");
    }
    await expectUntouched();
    await other.pulumi(["config", "rm", "--path", "without"]);
    await set(other, { adopt: "true" });
    await up(other);
    await expectUntouched();
    const drift = said(await first.pulumi(["refresh", "--yes"]));
    for (const type of exclusive) expect(drift).toContain(`belongs to the ${type}`);
    await set(first, { adopt: "false" }); // it may have adopted all of it itself before
    const refused = await first.tryPulumi(["up", "--yes", "--skip-preview"]);
    expect(refused.exitCode).not.toBe(0);
    expect(said(refused)).toContain("This stack has it in its state too");
    await first.pulumi(["destroy", "--yes", "--skip-preview"]);
    await expectUntouched();
    first = other;
  },
);

test("taken out of the program and put back, it is made anew; kept, it is known again", async () => {
  await set(first, { adopt: "false", onDelete: "keep" });
  await up(first);
  await set(first, { "without[0]": "DomainPlacement", "without[1]": "QemuGuest" });
  expect(await up(first)).toMatch(/web stays running and defined on hv-a/);
  await expectUntouched();
  await first.pulumi(["config", "rm", "--path", "without"]);
  await set(first, { onDelete: "shutdown" });
  await up(first);
  await expectUntouched();
  await first.pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(
    (await hvA.script("virsh list --all --name; pgrep qemu-system || true; findmnt -rn -t nfs4 || true")).stdout.trim(),
  ).toBe("");
  await up(first);
});
