/** examples/qemu-native on the real CLI: the original article's guest, moved by QEMU itself, both ways. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { createNativeStack, nativeGuest, prepareNativeGuest } from "../../lab/scenarios/qemu-native";
import { clearHypervisors, everything, expectUnbroken, runningLab } from "./support";

const { lab, hvA, hvB } = runningLab();
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-native-"));
let stack: PulumiWorkspace;
const pulumi = async (...args: string[]) => (await stack.pulumi(args)).stdout;

/** How many QEMU processes of it each host has; the provider is not asked. */
async function processes(): Promise<Record<string, number>> {
  const count = async (host: typeof hvA) =>
    [host.name, Number((await host.script('pgrep -c -f -- "[-]name $1 " || true', nativeGuest.name)).stdout)] as const;
  return Object.fromEntries(await Promise.all([hvA, hvB].map(count)));
}

beforeAll(async () => {
  await clearHypervisors();
  await prepareNativeGuest(lab);
  stack = await createNativeStack(lab, folder);
});
afterAll(async () => {
  await stack?.tryPulumi(["destroy", "--yes", "--skip-preview"]); // nothing to do when all went well
  rmSync(folder, { recursive: true });
});

test("the first preview shows the command line, and up starts it on hv-a", async () => {
  const preview = await pulumi("preview", "--diff");
  expect(preview).toMatch(/commandLine\s*: \[.*"-hda".*"\/srv\/vm\/ubuntutest\.img".*"-vnc".*":19"/s);
  expect(await processes()).toEqual({ "hv-a": 0, "hv-b": 0 });
  await pulumi("up", "--yes", "--skip-preview");
  expect(await processes()).toEqual({ "hv-a": 1, "hv-b": 0 });
  expect((await hvA.exec(["ss", "-Hltn"])).stdout).toMatch(/:5919 /);
});

const moves = [
  ["hv-a", "hv-b"],
  ["hv-b", "hv-a"],
] as const;

test("another host is a live migration, with progress and figures", async () => {
  await pulumi("config", "set", "--path", "migration.bandwidthMiBps", "2"); // progress is told every 10 s
  for (const [from, to] of everything ? moves : moves.slice(0, 1)) {
    await pulumi("config", "set", "host", to);
    const said = await pulumi("up", "--yes", ...(to === "hv-a" ? ["--skip-preview"] : []));
    if (to === "hv-b")
      expect(said).toContain(
        "`pulumi up` migrates ubuntutest live from hv-a to hv-b: it keeps running, without a reboot.",
      );
    expect(said).toMatch(new RegExp(`migrating ${from} => ${to}: \\d+ %, [\\d.]+ MiB sent`));
    expect(said).toMatch(/total time \d+ ms, downtime \d+ ms, [\d.]+ MiB sent, encrypted/);
    expect(await processes()).toEqual({ [to]: 1, [from]: 0 });
    await expectUnbroken(nativeGuest);
    const { lastMigration } = JSON.parse(await pulumi("stack", "output", "--json"));
    expect(lastMigration).toMatchObject({ from, to, encrypted: true, downtimeMs: expect.any(Number) });
  }
});

test("destroy presses the power button, and nothing of it is left", async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
  expect(await processes()).toEqual({ "hv-a": 0, "hv-b": 0 });
  for (const host of [hvA, hvB]) {
    const left =
      "systemctl list-units --all --no-legend 'pulumi-kvm-live-*'; ls -A /run/pulumi-kvm-live/qemu 2> /dev/null || true";
    expect((await host.script(left)).stdout).toBe("");
  }
});
