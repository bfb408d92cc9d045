/** A host with virtqemud and virtproxyd beside two with libvirtd: certificates, root's keys, moves in all directions. */
import { shareFolder } from "../../lab/by-hand/nfs";
import { withdrawCertificates } from "../../lab/by-hand/tls";
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { host } from "../../provider/resources/host/definition";
import { libvirtSshAccess } from "../../provider/resources/libvirt-ssh-access/definition";
import { libvirtTlsPki } from "../../provider/resources/libvirt-tls-pki/definition";
import { messageOf, PlacedGuest } from "./placed-guest";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, connectionTo, imageFolder, removeGuest, runningLab } from "./support";

const { lab, nas, hvA } = runningLab();
const [hvC, hvM] = [lab.host("hv-c"), lab.host("hv-m")];
const all = [hvA, hvC, hvM];
const guest = new PlacedGuest("mixed", guests.beat, {}, all);
const pki = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::mixed");
const ssh = new ResourceHarness(libvirtSshAccess, "LibvirtSshAccess::mixed");
const base = { authority: connectionTo(hvA), hosts: connectionsTo(all) };
let current: Parameters<typeof pki.up>[0] = base;
let before: string;

/** Each host to each other one, and back where it began. */
const roundTrip = ["hv-m", "hv-c", "hv-m", "hv-a", "hv-c", "hv-a"];

/** All that the resources may touch on hv-m. */
const snapshot = async () =>
  (
    await hvM.script(
      `find /etc/pki /etc/libvirt/virt*.conf* /etc/libvirt/.virt* /etc/systemd/system /root/.ssh -printf '%p %m %u:%g %l\\n' 2> /dev/null | sort
       find /etc/pki /etc/libvirt/virt*.conf /etc/systemd/system /root/.ssh -type f -exec sha256sum {} + 2> /dev/null | sort || true
       systemctl list-unit-files --no-legend 'virtproxyd*' 'virtqemud*' 'libvirtd*'
       systemctl is-active virtproxyd.socket virtproxyd-tls.socket virtqemud.socket || true`,
    )
  ).stdout;

beforeAll(async () => {
  await lab.up({ hosts: ["hv-c", "hv-m"] });
  await withdrawCertificates([hvA]);
  await shareFolder(nas, all, imageFolder);
  await removeGuest(guest.guest.name, all);
  before = await snapshot();
  expect(await pki.up(base)).toBe("created");
});
afterAll(async () => {
  await removeGuest(guest.guest.name, all);
  for (const one of [ssh, pki]) await one.destroy().catch(() => {});
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
  for (const peer of [hvA, hvC]) {
    expect(await connects(peer, hvM)).toMatchObject({ stdout: "hv-m\n\n" });
    expect(await connects(hvM, peer)).toMatchObject({ stdout: `${peer.name}\n\n` });
  }
}

const pidOf = async (daemon: string) => (await hvM.exec(["pidof", daemon])).stdout;

test("certificates: virtproxyd listens with them, and they are renewed while it goes on", async () => {
  expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
  expect(await pki.up(base)).toBe("unchanged");
  expect(pki.outputs.daemons["hv-m"]?.listening).toEqual(["tls 16514"]);
  await expectConnections();
  current = { ...base, authorityGeneration: 2 };
  const [pid, old] = [await pidOf("virtproxyd"), pki.outputs.caFingerprint];
  expect(await pki.up(current)).toBe("updated");
  expect(pki.outputs.caFingerprint).not.toBe(old);
  expect(await pidOf("virtproxyd")).toBe(pid);
  await expectConnections();
});

describe("a guest moves in all directions between the three, and misses no number", () => {
  test("it starts on hv-a", async () => {
    await guest.furnish();
    await guest.up("hv-a");
  });
  test.each(roundTrip)("to %s", async (name) => {
    expect(await guest.up(name)).toBe("updated");
    await guest.expectOn(name);
    expect(guest.lastMigration).toMatchObject({ to: name, encrypted: true });
  });
});

test("settings that virtqemud does not start with are put back, and the error has its words", async () => {
  const set = await snapshot();
  const said = await messageOf(pki.up({ ...current, libvirtd: { logFilters: "nonsense" } }));
  expect(said).toContain(
    `root@${hvM.address}: virtproxyd does not start with its new settings, so all that was changed for them was put back. It says:`,
  );
  expect(said).toContain("Malformed format for filter 'nonsense'");
  expect(await snapshot()).toBe(set);
  await expectConnections();
  await guest.expectOn("hv-a");
  await pki.up(current);
  expect(await pki.refresh()).toBe("unchanged");
});

test("root's keys: it moves by ssh as well, and in the end hv-m is as it was", async () => {
  await ssh.up({ hosts: base.hosts });
  expect(await ssh.refresh()).toBe("unchanged");
  for (const name of ["hv-a", "hv-m", "hv-c", "hv-m", "hv-a"]) {
    if (guest.placement.outputs.host === name) continue;
    expect([name, await guest.up(name, { uri: "qemu+ssh" })]).toEqual([name, "updated"]);
    await guest.expectOn(name);
  }
  await ssh.destroy();
  await pki.destroy();
  expect(await snapshot()).toBe(before);
});
