/** A host with virtqemud and virtproxyd beside two with libvirtd. */
import { withdrawCertificates } from "../../lab/by-hand/tls";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { host } from "../../provider/resources/host/definition";
import { libvirtTlsPki } from "../../provider/resources/libvirt-tls-pki/definition";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, connectionTo, runningLab } from "./support";

const { lab, hvA } = runningLab();
const [hvC, hvM] = [lab.host("hv-c"), lab.host("hv-m")];
const all = [hvA, hvC, hvM];
const pki = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::mixed");
const base = { authority: connectionTo(hvA), hosts: connectionsTo(all) };

beforeAll(async () => {
  await lab.up({ hosts: ["hv-c", "hv-m"] });
  await withdrawCertificates([hvA]);
});
afterAll(async () => {
  await pki.destroy().catch(() => {});
  await Promise.all([hvC, hvM].map((one) => one.kill()));
  await closeConnections();
});

test("hv-m is a Debian 13 that virtqemud serves", async () => {
  const facts = new ResourceHarness(host, "Host::hv-m");
  const { name: _, ...connection } = connectionTo(hvM);
  await facts.up(connection);
  expect(facts.outputs).toMatchObject({ libvirtDaemon: "virtqemud", libvirtVersion: "11.3.0" });
  expect(
    (await hvM.exec(["systemctl", "is-enabled", "libvirtd.service"]).catch(() => undefined))?.stdout,
  ).toBeUndefined();
  expect((await hvM.tryExec(["pidof", "libvirtd"])).stdout).toBe("");
});

const connects = (from: LabHost, to: LabHost) =>
  from.tryExec(["timeout", "60", "virsh", "-c", `qemu+tls://${to.address}/system`, "hostname"]);

async function expectConnections(): Promise<void> {
  for (const from of all)
    for (const to of all.filter((one) => one !== from))
      expect(await connects(from, to)).toMatchObject({ stdout: `${to.name}\n\n` });
}

const pidOf = async (daemon: string) => (await hvM.exec(["pidof", daemon])).stdout;

test("certificates: virtproxyd listens with them, and they are renewed while it goes on", async () => {
  expect(await pki.up(base)).toBe("created");
  expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
  expect(await pki.up(base)).toBe("unchanged");
  expect(pki.outputs.daemons["hv-m"]?.listening).toEqual(["tls 16514"]);
  await expectConnections();
  const [pid, old] = [await pidOf("virtproxyd"), pki.outputs.caFingerprint];
  expect(await pki.up({ ...base, authorityGeneration: 2 })).toBe("updated");
  expect(pki.outputs.caFingerprint).not.toBe(old);
  expect(await pidOf("virtproxyd")).toBe(pid);
  await expectConnections();
});
