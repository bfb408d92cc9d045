/** What the real CLI shows of a CPU that all hosts have: in the first preview, and once a host lacks a feature. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { createLabStack } from "../../lab/scenarios/stack";
import { takeAvx2From } from "./lacking-feature";
import { runningLab } from "./support";

const { lab, hvA } = runningLab();
const hvC = lab.host("hv-c");
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-cpu-"));
/** It has no disk, and its firmware waits for ever. */
const xml =
  "<domain type='qemu'><name>diskless</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os><devices><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>";
let stack: PulumiWorkspace;

beforeAll(async () => {
  await lab.up({ hosts: ["hv-c"] });
  const settings = { xml, 'addresses["hv-c"]': hvC.address };
  stack = await createLabStack(lab, join(folder, "stack"), "test/lab/cpu-program", settings);
});
afterAll(async () => {
  await hvA.tryExec(["sh", "-c", "virsh destroy diskless; virsh undefine diskless"]);
  stack?.remove();
  rmSync(folder, { recursive: true, force: true });
  await hvC.kill();
});

const pulumi = async (...args: string[]) => (await stack.pulumi(args)).stdout;
const inProgress = (text: string) => text.replace(/\s+/g, " ");
const later = "The new definition of diskless takes effect when the guest is next started.";

test("what a refresh has found reaches the guest's preview, and the guest runs on", async () => {
  expect(await pulumi("preview")).toMatch(/kvm:CpuBaseline[\s\S]*kvm:DomainPlacement/);
  await pulumi("up", "--yes", "--skip-preview");
  expect(await pulumi("stack", "output", "model")).toBe("EPYC\n");
  const qemu = await hvA.exec(["pgrep", "-f", "guest=diskless"]);
  expect(await pulumi("preview")).toMatch(/unchanged/);
  expect(await pulumi("refresh", "--yes")).not.toMatch(/updated/);

  await takeAvx2From(hvC);
  expect(await pulumi("refresh", "--yes", "--diff")).toMatch(/hv-c: lacks avx2/);
  const preview = inProgress(await pulumi("preview"));
  expect(preview).toContain("Will be repaired: hv-c: lacks avx2");
  expect(preview).toContain("have the new one from their next start on");
  expect(preview).toContain(later);
  expect(inProgress(await pulumi("up", "--yes", "--skip-preview"))).toContain(later);
  expect(await hvA.exec(["pgrep", "-f", "guest=diskless"])).toMatchObject({ stdout: qemu.stdout });
  expect(await pulumi("refresh", "--yes")).not.toMatch(/updated/);
  expect(await pulumi("up", "--yes", "--skip-preview")).not.toMatch(/updated/);
});
