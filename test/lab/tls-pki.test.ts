import type { LabHost } from "../../lab/lab-host";
import { Refused } from "../../provider/lifecycle/errors";
import { libvirtTlsPki } from "../../provider/resources/libvirt-tls-pki/definition";
import { retryUntil } from "../../provider/util/policy";
import {
  asLibvirt,
  asQemu,
  base,
  both,
  clear,
  credentials,
  expectConnections,
  hvA,
  hvB,
  putBack,
  serveNbd,
  snapshot,
  stopNbd,
} from "./certified-hosts";
import { ResourceHarness } from "./resource-harness";
import { lengthyTest } from "./support";

const driver = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::tls");
const before = new Map<LabHost, string>();

const fingerprints = () =>
  Object.fromEntries(
    Object.entries(driver.outputs.daemons).map(([name, daemon]) => [
      name,
      [daemon.serverCertificate?.fingerprint, daemon.clientCertificate?.fingerprint],
    ]),
  );
beforeAll(async () => {
  await Promise.all(both.map(clear));
  await hvA.script("mkdir -p /etc/pki/CA; echo foreign > /etc/pki/CA/cacert.pem");
  await hvB.script("mkdir -p /etc/pki/qemu; echo foreign > /etc/pki/qemu/server-key.pem; chmod 600 /etc/pki/qemu/*");
  for (const host of both) before.set(host, await snapshot(host));
});
afterAll(async () => {
  await driver.destroy();
  await Promise.all(both.map(putBack));
});

test("certificates that are there already are refused, all of them at once, and nothing is changed", async () => {
  const refusal = await driver.up({ ...base, adopt: false }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refused);
  expect((refusal as Error).message).toMatch(
    /hv-a: \/etc\/pki\/CA\/cacert\.pem\n\s*hv-b: \/etc\/pki\/qemu\/server-key\.pem\n.*adopt: true/,
  );
  expect(driver.exists).toBe(false);
  for (const host of both) expect(await snapshot(host)).toBe(before.get(host));
});

test("each host gets certificates that libvirt takes, and reaches the other by them", async () => {
  expect(await driver.up(base)).toBe("created");
  await expectConnections();
  for (const { name, address } of both)
    expect(driver.outputs.daemons[name]).toMatchObject({
      serverCertificate: { names: [name, address] },
      clientCertificate: { distinguishedName: `O=pulumi-kvm-live,OU=pulumi-kvm-live libvirt,CN=${address}` },
      listening: ["tls 16514"],
    });
  for (const host of both) {
    const { stdout } = await host.script(
      `ss -Hltn | awk '{ print $4 }' | grep ':16514$'
       certtool --verify --verify-hostname "$1" --load-ca-certificate /etc/pki/qemu/ca-cert.pem --infile /etc/pki/qemu/server-cert.pem | grep -c 'Chain verification output: Verified'
       stat -c '%n %a %U:%G' /etc/pki/libvirt/private/*.pem /etc/pki/qemu/*-key.pem
       sudo -u libvirt-qemu cat /etc/pki/qemu/client-key.pem > /dev/null || runuser -u libvirt-qemu -- cat /etc/pki/qemu/client-key.pem > /dev/null
       virt-pki-query-dn /etc/pki/libvirt/clientcert.pem
       ls /etc/pki/CA`,
      host.address,
    );
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/:16514$/),
      "1",
      "/etc/pki/libvirt/private/clientkey.pem 600 root:root",
      "/etc/pki/libvirt/private/serverkey.pem 600 root:root",
      "/etc/pki/qemu/client-key.pem 640 root:kvm",
      "/etc/pki/qemu/server-key.pem 640 root:kvm",
      `O=pulumi-kvm-live,OU=pulumi-kvm-live libvirt,CN=${host.address}`,
      "cacert.pem",
      ...(host === hvA ? ["cacert.pem.before-pulumi-kvm-live", "private", "qemu-cacert.pem"] : []),
      "",
    ]);
  }
});

test("nothing to do is no change, and no private key is in the state or was told", async () => {
  expect(await driver.up(base)).toBe("unchanged");
  expect(await driver.refresh()).toBe("unchanged");
  expect(driver.outputs.drift).toBeUndefined();
  const said = JSON.stringify([driver.outputs, driver.told]);
  expect(said).not.toMatch(/PRIVATE KEY/);
  const keys = ["libvirt/private/serverkey.pem", "libvirt/private/clientkey.pem", "qemu/client-key.pem"];
  for (const path of [...keys, "CA/private/cakey.pem", "CA/private/qemu-cakey.pem"]) {
    const { stdout } = await hvA.exec(["cat", `/etc/pki/${path}`]);
    const lines = stdout.split("\n").filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => said.includes(line))).toEqual([]);
  }
});

test("QEMU's key opens no libvirt, and a client of the authority that is no hypervisor neither libvirt nor QEMU", async () => {
  const [trusted, qemus] = ["/etc/pki/CA/cacert.pem", "/etc/pki/qemu/ca-cert.pem"];
  await credentials(hvA, "/root/qemus", [trusted, "/etc/pki/qemu/client-cert.pem", "/etc/pki/qemu/client-key.pem"]);
  await hvA.script(
    `cd /root; certtool --generate-privkey --key-type=rsa --bits 2048 --outfile admin-key.pem 2> /dev/null
     printf 'cn = admin\\ntls_www_client\\nsigning_key\\nencryption_key\\nexpiration_days = 30\\n' > admin.template
     certtool --generate-certificate --load-privkey admin-key.pem --template admin.template --outfile admin-cert.pem \\
       --load-ca-certificate /etc/pki/CA/cacert.pem --load-ca-privkey /etc/pki/CA/private/cakey.pem 2> /dev/null`,
  );
  await credentials(hvA, "/root/admin", [trusted, "/root/admin-cert.pem", "/root/admin-key.pem"]);
  await credentials(hvA, "/root/admin-qemu", [qemus, "/root/admin-cert.pem", "/root/admin-key.pem"]);
  await hvB.script(serveNbd);
  try {
    for (const to of both) {
      expect(await asLibvirt("/root/qemus", to)).toMatchObject({ exitCode: 1 });
      expect(await asLibvirt("/root/admin", to)).toMatchObject({ exitCode: 1 });
    }
    expect(await asQemu("/etc/pki/qemu", hvB)).toMatchObject({ exitCode: 0 });
    expect(await asQemu("/root/admin-qemu", hvB)).toMatchObject({ exitCode: 1 });
  } finally {
    await hvB.script(stopNbd);
    await hvA.script("rm -rf /root/qemus /root/admin*");
  }
});

lengthyTest("renamed or wanted by another stack, the certificates stay as they are", async () => {
  const issued = fingerprints();
  const renamed = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::renamed");
  expect(await renamed.up(base)).toBe("created");
  await driver.destroy();
  expect(driver.told.join("\n")).toMatch(/the PKI on hv-b stays: it belongs to the LibvirtTlsPki "renamed"/);
  expect(await driver.up(base)).toBe("created");
  await renamed.destroy();
  const other = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::tls", "prod");
  await expect(other.up({ ...base, adopt: false })).rejects.toThrow(
    /belongs to the LibvirtTlsPki "tls" of the stack "lab"/,
  );
  expect(await driver.refresh()).toBe("unchanged");
  expect(fingerprints()).toEqual(issued);
  await expectConnections();
});

lengthyTest("what was deleted, replaced, opened or switched off is seen and repaired", async () => {
  await hvA.script(
    `rm /etc/pki/libvirt/servercert.pem
     chmod 644 /etc/pki/libvirt/private/clientkey.pem
     sed -i 's/^listen_tcp = 0/listen_tcp = 1/' /etc/libvirt/libvirtd.conf`,
  );
  await hvB.script(
    `rm /etc/pki/qemu/client-key.pem
     chgrp root /etc/pki/qemu/server-key.pem
     cp /etc/pki/libvirt/clientcert.pem /etc/pki/libvirt/servercert.pem
     certtool --generate-privkey --outfile /root/other.key 2>/dev/null
     printf 'cn = other\\nca\\ncert_signing_key\\n' > /root/other.template
     certtool --generate-self-signed --load-privkey /root/other.key --template /root/other.template --outfile /etc/pki/CA/cacert.pem 2>/dev/null
     systemctl stop libvirtd.service libvirtd-tls.socket
     systemctl start libvirtd.service`,
  );
  const old = fingerprints();
  expect(await driver.refresh()).toBe("changed");
  const server = "/etc/pki/libvirt/servercert.pem";
  expect(driver.outputs.drift).toEqual([
    `hv-a: ${server} is missing`,
    "hv-a: /etc/pki/libvirt/private/clientkey.pem is 644 root:root instead of 600 root:root",
    "hv-a: /etc/libvirt/libvirtd.conf: listen_tcp is 1 instead of 0",
    "hv-b: /etc/pki/CA/cacert.pem is not the authority's certificate",
    `hv-b: ${server} is for no name instead of 10.77.0.12, hv-b`,
    `hv-b: ${server} is not a server's certificate`,
    `hv-b: /etc/pki/libvirt/private/serverkey.pem does not belong to ${server}`,
    "hv-b: /etc/pki/qemu/server-key.pem is 640 root:root instead of 640 root:kvm",
    "hv-b: /etc/pki/qemu/client-key.pem is missing",
    "hv-b: libvirtd-tls.socket is off",
    expect.stringMatching(
      /^hv-a: no TLS connection to hv-b \(qemu\+tls:\/\/10\.77\.0\.12\/system\): nothing listens: /,
    ),
    expect.stringMatching(/^hv-b: no TLS connection to hv-a .*: certificate unusable: Our own certificate /),
  ]);
  expect(await driver.up(base)).toBe("updated");
  expect(await driver.refresh()).toBe("unchanged");
  await expectConnections();
  expect(fingerprints()).not.toEqual(old);
});

lengthyTest("libvirtd's settings change in place; the insecure ones come with a warning", async () => {
  const libvirtd = {
    tlsPort: 16999,
    listenTcp: true,
    authTcp: "none" as const,
    unixSockGroup: "libvirt",
    unixSockRwPerms: "0770",
  };
  driver.told.length = 0;
  expect(await driver.up({ ...base, libvirtd, allowedDns: ["O=Example,OU=admins,CN=*"] })).toBe("updated");
  expect(driver.told.join("\n")).toMatch(/Insecure: anyone on the network becomes root/);
  expect(driver.outputs.daemons["hv-b"]?.listening).toEqual(["tls 16999", "tcp 16509"]);
  await expectConnections(":16999");
  expect((await hvA.exec(["virsh", "-c", `qemu+tcp://${hvB.address}/system`, "hostname"])).stdout).toContain("hv-b");
  expect((await hvB.exec(["stat", "-c", "%a %G", "/run/libvirt/libvirt-sock"])).stdout).toBe("770 libvirt\n");
  expect([await driver.refresh(), driver.outputs.drift]).toEqual(["unchanged", undefined]);
});

test("at the end the hosts are as they were before", async () => {
  await driver.destroy();
  for (const host of both) expect(await snapshot(host)).toBe(before.get(host));
  for (const host of both) await retryUntil(() => host.exec(["virsh", "list"]), { everyMs: 500, timeoutMs: 60_000 });
});
