/** A CPU of hosts with different releases of libvirt and QEMU, and a guest that has it. */
import { buildGuest, guests } from "../../lab/guest/build";
import { domainXml, type GuestDomain, imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { cpuBaseline } from "../../provider/resources/cpu-baseline/definition";
import { domain } from "../../provider/resources/domain/definition";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { takeAvx2From } from "./lacking-feature";
import { messageOf } from "./placed-guest";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, expectUnbroken, imageFolder } from "./support";
import { all, forgetGuest, hvA, hvC, nas, prepareThreeHypervisors } from "./three-hypervisors";

const guest: GuestDomain = { name: "common-cpu", folder: imageFolder, memoryMiB: 32 };
/** The lab has no hardware virtualization: the CPU is the one that each QEMU emulates. */
const asked = { type: "qemu" as const, hosts: connectionsTo(all) };
const baseline = new ResourceHarness(cpuBaseline, "CpuBaseline::cpu");
const definitions = new ResourceHarness(domain, `Domain::${guest.name}`);
const placement = new ResourceHarness(domainPlacement, `DomainPlacement::${guest.name}`);

beforeAll(async () => {
  await prepareThreeHypervisors();
  await forgetGuest(guest.name);
  await nas.upload(await buildGuest(guests.full), imagePath(guest));
  await nas.exec(["rm", "-f", serialLogPath(guest)]);
});
afterAll(async () => {
  await forgetGuest(guest.name);
  await hvC.kill(); // with its emulator that lacks a feature
  closeConnections();
});

async function inputs(host: string) {
  await definitions.up({ xml: domainXml(guest), cpu: baseline.outputs.cpu });
  const { uuid = "", name = "", definition = "" } = definitions.outputs as Record<string, string>;
  return { domain: { uuid, name, definition }, host, candidates: connectionsTo(all) };
}

async function expectRunningOn(on: LabHost) {
  const state = async (host: LabHost) => (await host.tryExec(["virsh", "domstate", guest.name])).stdout.trim();
  const states = await Promise.all(all.map(async (host) => [host.name, await state(host)]));
  expect(Object.fromEntries(states)).toEqual({ "hv-a": "", "hv-b": "", "hv-c": "", [on.name]: "running" });
  await expectUnbroken(guest);
}

/** Without what a guest that runs has got beside it. */
const cpuOf = async (host: LabHost, ...options: string[]) =>
  /<cpu [\s\S]*<\/cpu>/.exec((await host.exec(["virsh", "dumpxml", guest.name, ...options])).stdout)?.[0] ?? "";

test("libvirt computes none of CPUs with names that it does not know, and takes what is asked here instead", async () => {
  const hostModels = async (host: LabHost) =>
    (await host.exec(["virsh", "domcapabilities", "--virttype", "qemu", "--arch", "x86_64"])).stdout;
  const both = `${await hostModels(hvA)}${await hostModels(hvC)}`;
  const byHand = await hvA.tryExec(
    ["sh", "-c", "cat > /tmp/cpus; virsh hypervisor-cpu-baseline /tmp/cpus --virttype qemu --migratable"],
    { input: both },
  );
  expect(byHand.stderr).toMatch(/Unknown CPU feature /);
  expect(await baseline.up(asked)).toBe("created");
  const { cpu, model, features, versions } = baseline.outputs;
  expect(cpu).toMatch(/^<cpu mode="custom" match="exact">/);
  expect(model).toBe("EPYC");
  expect(features).toEqual(expect.arrayContaining(["avx2", "sse4.2", "lm"]));
  expect(Object.values(versions).map(({ libvirt }) => libvirt)).toEqual([
    "9.0.0",
    "9.0.0",
    expect.stringMatching(/^11\.3\./),
  ]);
  expect(await baseline.up(asked)).toBe("unchanged");
  expect(await baseline.refresh()).toBe("unchanged");
});

test("kvm is refused with all hosts named, where none has it", async () => {
  const said = await messageOf(new ResourceHarness(cpuBaseline, "CpuBaseline::kvm").up({ hosts: asked.hosts }));
  for (const { name } of all)
    expect(said).toMatch(new RegExp(`^${name}: libvirt has no CPU for guests of type kvm: [\\s\\S]*kvm`, "m"));
});

test("a guest that has it moves to another release, and back", async () => {
  expect(await placement.up(await inputs("hv-a"))).toBe("created");
  await expectRunningOn(hvA);
  for (const host of [hvC, hvA]) {
    expect(await placement.up(await inputs(host.name))).toBe("updated");
    await expectRunningOn(host);
    expect(await placement.refresh()).toBe("unchanged");
    expect(await placement.up(await inputs(host.name))).toBe("unchanged");
  }
});

test("a host that does not answer is an error, and what was known stays", async () => {
  const before = { ...baseline.outputs };
  await hvC.exec([
    "systemctl",
    "stop",
    "libvirtd.service",
    "libvirtd.socket",
    "libvirtd-ro.socket",
    "libvirtd-admin.socket",
  ]);
  expect(await messageOf(baseline.refresh())).toContain(hvC.address);
  expect(baseline.outputs).toEqual(before);
  await hvC.exec(["systemctl", "start", "libvirtd-tls.socket", "libvirtd.socket", "libvirtd.service"]);
});

test("a host whose QEMU lacks a feature is a drift; the guest runs on, and has the new CPU at its next start", async () => {
  await takeAvx2From(hvC);
  const old = await cpuOf(hvA);
  expect(await baseline.refresh()).toBe("changed");
  expect(baseline.outputs.drift).toEqual([expect.stringMatching(/^hv-c: lacks avx2\b.*, which the CPU has$/)]);
  expect(baseline.outputs.features).not.toContain("avx2");
  expect(await baseline.refresh()).toBe("changed");
  expect(await baseline.preview(asked)).toMatch(
    /^Will be repaired: hv-c: lacks avx2[\s\S]*have the new one from their next start on\.$/m,
  );
  expect(await placement.preview(await inputs("hv-a"))).toContain(
    "The new definition of common-cpu takes effect when the guest is next started.",
  );
  expect(await baseline.up(asked)).toBe("updated");
  expect(await baseline.up(asked)).toBe("unchanged");
  expect(await baseline.refresh()).toBe("unchanged");

  expect(await placement.up(await inputs("hv-a"))).toBe("updated");
  await expectRunningOn(hvA);
  expect(await cpuOf(hvA)).toBe(old);
  expect(await cpuOf(hvA, "--inactive")).toMatch(/<feature policy='disable' name='avx2'\/>/);
  expect(await placement.refresh()).toBe("unchanged");
  expect(await placement.up(await inputs("hv-a"))).toBe("unchanged");

  const refusal = await messageOf(inputs("hv-c").then((args) => placement.preview(args)));
  expect(refusal).toMatch(/^hv-c cannot give common-cpu the CPU that it has: .*avx2.* \[cpu-incompatible\]$/m);
  await expectRunningOn(hvA);

  await hvA.exec(["virsh", "destroy", guest.name]);
  await nas.exec(["rm", "-f", serialLogPath(guest)]);
  expect(await placement.refresh()).toBe("changed");
  await placement.up(await inputs("hv-a"));
  expect(await cpuOf(hvA)).toMatch(/<feature policy='disable' name='avx2'\/>/);
  for (const host of [hvC, hvA]) {
    await placement.up(await inputs(host.name));
    await expectRunningOn(host);
  }
});
