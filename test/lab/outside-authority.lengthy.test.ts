/** Certificates of an authority outside: requests are outputs, certificates are inputs. */
import { migrateCommand, startGuest } from "../../lab/by-hand/guest";
import { shareFolder } from "../../lab/by-hand/nfs";
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import { libvirtTlsPki } from "../../provider/resources/libvirt-tls-pki/definition";
import { libvirtTlsRequests } from "../../provider/resources/libvirt-tls-requests/definition";
import {
  asLibvirt,
  asQemu,
  both,
  clear,
  connects,
  credentials,
  daemonPid,
  expectConnections,
  hvA,
  hvB,
  polling,
  putBack,
  serveNbd,
  snapshot,
  stopNbd,
} from "./certified-hosts";
import {
  closeSigners,
  type Four,
  openSigners,
  revocationList,
  sign,
  signerCertificate,
  signRequests,
  type Terms,
} from "./outside-signer";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, connectionTo, expectOnlyOn, imageFolder, removeGuest, runningLab } from "./support";

const { nas } = runningLab();
const requests = new ResourceHarness(libvirtTlsRequests, "LibvirtTlsRequests::requests");
const pki = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::outside");
const hosts = connectionsTo(both);
const asked = { hosts, organization: "Example, Inc." };
const folder = "/var/lib/pulumi-kvm-live/libvirt-tls-requests";
const guest = { name: "outside-pki", folder: imageFolder, memoryMiB: 96 };
const before = new Map<LabHost, string>();
let authorities: Record<"libvirt" | "qemu", { certificates: string; revocationList?: string }>;

const signAll = (terms?: Terms) => signRequests(hvA, both, requests.outputs.requests, terms);
let signed: Record<string, Four>;
const outside = (certificates = signed) => ({ hosts, externalAuthority: authorities, certificates, adopt: true });

beforeAll(async () => {
  await Promise.all(both.map(clear));
  for (const host of both) before.set(host, await snapshot(host));
  await openSigners(hvA);
  const [libvirt, qemu] = [await signerCertificate(hvA, "libvirt"), await signerCertificate(hvA, "qemu")];
  authorities = { libvirt: { certificates: libvirt }, qemu: { certificates: qemu } };
});
afterAll(async () => {
  await removeGuest(guest.name);
  await pki.destroy().catch(() => {});
  await requests.destroy().catch(() => {});
  await closeSigners(hvA);
  await Promise.all(both.map(putBack));
});

test("requests stay the same as long as their keys do, and a key that others could read is made anew", async () => {
  expect(await requests.up(asked)).toBe("created");
  const first = requests.outputs.requests;
  expect([await requests.refresh(), requests.outputs.requests, requests.outputs.drift]).toEqual([
    ...["unchanged", first],
    undefined,
  ]);
  expect(await requests.up(asked)).toBe("unchanged");
  expect(JSON.stringify([requests.outputs, requests.told])).not.toMatch(/PRIVATE KEY/);
  expect((await hvA.script(`stat -c '%a %U:%G %n' ${folder} ${folder}/*.pem`)).stdout).toMatch(
    /^700 root:root .*\n(600 root:root .*\n){4}$/,
  );
  await hvA.script(`chmod 644 ${folder}/qemu-client-key.pem; rm ${folder}/libvirt-server-key.pem`);
  expect(await requests.refresh()).toBe("changed");
  expect(requests.outputs.drift).toEqual([
    `hv-a: ${folder}/libvirt-server-key.pem is missing`,
    `hv-a: ${folder}/qemu-client-key.pem is 644 root:root instead of 600 root:root`,
  ]);
  expect(await requests.up(asked)).toBe("updated");
  const second = requests.outputs.requests;
  expect(second["hv-b"]).toEqual(first["hv-b"]);
  expect(second["hv-a"]).toMatchObject({
    libvirtClient: first["hv-a"]?.libvirtClient,
    qemuServer: first["hv-a"]?.qemuServer,
  });
  expect(second["hv-a"]?.libvirtServer).not.toEqual(first["hv-a"]?.libvirtServer);
  expect(second["hv-a"]?.qemuClient).not.toEqual(first["hv-a"]?.qemuClient);
});

test("certificates that are wrong are refused before a host is touched, all at once, with the place", async () => {
  signed = await signAll();
  const [ended, elsewhere, strange] = [
    await signAll({
      more: ['activation_date = "2024-01-01 00:00:00 UTC"', 'expiration_date = "2025-01-01 00:00:00 UTC"'],
    }),
    await signAll({ names: () => ["192.0.2.7"] }),
    await signAll({ signer: "stranger" }),
  ];
  const [a, b] = [signed["hv-a"] as Four, signed["hv-b"] as Four];
  const bad = {
    "hv-a": { ...a, libvirtClient: ended["hv-a"]?.libvirtClient, qemuServer: elsewhere["hv-a"]?.qemuServer },
    "hv-b": { ...b, libvirtServer: strange["hv-b"]?.libvirtServer, qemuClient: b.qemuServer },
  } as Record<string, Four>;
  const refusal = await pki.up(outside(bad)).catch((error: unknown) => error);
  expect((refusal as Error).message.split("\n").sort()).toEqual([
    "certificates.hv-a.libvirtClient its value has ended on 2025-01-01",
    "certificates.hv-a.qemuServer its value has to be for 10.77.0.11, and is for IP Address:192.0.2.7",
    expect.stringMatching(
      /^certificates\.hv-b\.libvirtServer its value was not signed by any certificate of externalAuthority\.libvirt\.certificates, but by .*CN=Example stranger CA/,
    ),
    expect.stringMatching(/^certificates\.hv-b\.qemuClient its value is not for a TLS client/),
  ]);
  const swapped = { "hv-a": { ...a, libvirtServer: "" }, "hv-b": b };
  const other = await sign(hvA, "libvirt", [
    { request: requests.outputs.requests["hv-b"]?.libvirtServer ?? "", role: "server", names: [hvA.address] },
  ]);
  swapped["hv-a"].libvirtServer = other[0] ?? "";
  await expect(pki.up(outside(swapped))).rejects.toThrow(
    /hv-a: certificates\["hv-a"\]\.libvirtServer belongs to none of the keys on the host/,
  );
  expect(pki.exists).toBe(false);
  expect((await hvB.script("ls /etc/pki 2>&1 || true")).stdout).toMatch(/No such file/);
});

test("libvirt and QEMU take them, in both directions, and a guest moves over them", async () => {
  expect(await pki.up(outside())).toBe("created");
  await expectConnections();
  expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
  expect(await pki.up(outside())).toBe("unchanged");
  expect(JSON.stringify([pki.outputs, pki.told])).not.toMatch(/PRIVATE KEY/);
  await hvB.script(serveNbd);
  try {
    expect(await asQemu("/etc/pki/qemu", hvB)).toMatchObject({ exitCode: 0 });
  } finally {
    await hvB.script(stopNbd);
  }
  await shareFolder(nas, both, imageFolder);
  await startGuest(nas, hvA, guest, guests.beat);
  await hvA.exec(migrateCommand(guest, hvB));
  await expectOnlyOn(hvB, guest.name);
  await removeGuest(guest.name);
});

test("new keys and new certificates come while a client polls, and libvirtd goes on", async () => {
  const pids = await Promise.all(both.map(daemonPid));
  const calls = await polling(async () => {
    expect(await requests.up({ ...asked, generation: 2 })).toBe("updated");
    expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
    signed = await signAll();
    expect(await pki.up(outside())).toBe("updated");
  });
  expect(calls).toEqual(["ok"]);
  expect(await Promise.all(both.map(daemonPid))).toEqual(pids);
  expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
});

test("what ends soon is told, with what to give; what was changed by hand is put back", async () => {
  expect(pki.outputs.ending).toBeUndefined();
  signed = await signAll({ days: 20 });
  expect(await pki.up(outside())).toBe("updated");
  expect(pki.outputs.ending?.[0]).toMatch(
    /^hv-a: \/etc\/pki\/libvirt\/servercert\.pem ends on \d{4}-\d\d-\d\d: give a new libvirtServer in certificates$/,
  );
  expect(pki.outputs.drift).toBeUndefined();
  expect(await pki.up(outside())).toBe("unchanged");
  signed = await signAll();
  expect(await pki.up(outside())).toBe("updated");
  await hvA.script(
    "rm /etc/pki/libvirt/servercert.pem; cp /etc/pki/qemu/server-cert.pem /etc/pki/qemu/client-cert.pem",
  );
  expect(await pki.refresh()).toBe("changed");
  expect(pki.outputs.drift).toEqual([
    "hv-a: /etc/pki/libvirt/servercert.pem is missing",
    "hv-a: /etc/pki/qemu/client-cert.pem is not the certificate that was given",
  ]);
  expect(await pki.up(outside())).toBe("updated");
  await expectConnections();
});

test("what is revoked is refused by libvirtd and by QEMU at once, and our error says revoked", async () => {
  const old = signed;
  const [aOld, bOld] = [old["hv-a"] as Four, old["hv-b"] as Four];
  signed = await signAll();
  await credentials(hvA, "/root/revoked", [
    "/etc/pki/CA/cacert.pem",
    "/etc/pki/libvirt/clientcert.pem",
    "/etc/pki/libvirt/private/clientkey.pem",
  ]);
  await credentials(hvA, "/root/revoked-qemu", [
    "/etc/pki/qemu/ca-cert.pem",
    "/etc/pki/qemu/client-cert.pem",
    "/etc/pki/qemu/client-key.pem",
  ]);
  const pids = await Promise.all(both.map(daemonPid));
  authorities = {
    libvirt: {
      ...authorities.libvirt,
      revocationList: await revocationList(hvA, "libvirt", [
        aOld.libvirtClient,
        bOld.libvirtServer,
        bOld.libvirtClient,
      ]),
    },
    qemu: { ...authorities.qemu, revocationList: await revocationList(hvA, "qemu", [aOld.qemuClient]) },
  };
  await expect(pki.up(outside(old))).rejects.toThrow(
    /certificates\.hv-b\.libvirtServer its value is revoked by externalAuthority\.libvirt\.revocationList/,
  );
  expect(await pki.up(outside())).toBe("updated");
  await expectConnections();
  expect(await Promise.all(both.map(daemonPid))).toEqual(pids);
  await hvB.script(serveNbd);
  try {
    expect(await asLibvirt("/root/revoked", hvB)).toMatchObject({ exitCode: 1 });
    expect(await asQemu("/etc/pki/qemu", hvB)).toMatchObject({ exitCode: 0 });
    expect(await asQemu("/root/revoked-qemu", hvB)).toMatchObject({ exitCode: 1 });
  } finally {
    await hvB.script(`${stopNbd}; rm -rf /root/revoked*`);
  }
  await hvB.script(
    `printf '%s' "$1" > /etc/pki/libvirt/servercert.pem
     virt-admin -c libvirtd:///system server-update-tls libvirtd`,
    bOld.libvirtServer,
  );
  expect(await pki.refresh()).toBe("changed");
  expect(pki.outputs.drift).toContainEqual(
    expect.stringMatching(/^hv-a: no TLS connection to hv-b .*: certificate revoked/),
  );
  expect(await pki.up(outside())).toBe("updated");
  await expectConnections();
});

test("to an authority of our own and back, while a client polls", async () => {
  const own = { authority: connectionTo(hvA), hosts, adopt: true };
  const calls = await polling(async () => {
    expect(await pki.up(own)).toBe("updated");
  });
  expect(calls).toEqual(["ok"]);
  expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
  expect((await hvB.script("ls /etc/pki/CA /etc/pki/qemu")).stdout).not.toMatch(/crl/);
  const again = await polling(async () => {
    expect(await pki.up(outside())).toBe("updated");
  });
  expect(again).toEqual(["ok"]);
  expect([await pki.refresh(), pki.outputs.drift]).toEqual(["unchanged", undefined]);
  expect((await hvA.script("ls /etc/pki/CA /etc/pki/CA/private 2> /dev/null || true")).stdout).not.toMatch(/key/);
  await expectConnections();
});

test("a host that leaves is let in nowhere, and at the end the hosts are as they were before", async () => {
  const { "hv-a": a } = signed;
  const alone = { ...outside(), hosts: connectionsTo([hvA]), certificates: { "hv-a": a as Four } };
  expect(await pki.up(alone)).toBe("updated");
  expect(pki.told.join("\n")).toMatch(/hv-b: revoke the certificates at their authority/);
  expect((await connects(hvB, hvA)).exitCode).not.toBe(0);
  await pki.destroy();
  await requests.destroy();
  for (const host of both) expect(await snapshot(host)).toBe(before.get(host));
});
