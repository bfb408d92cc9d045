/** What happens to certificates while guests move, while all of them are replaced, and when a host leaves. */
import { migrateCommand, startGuest } from "../../lab/by-hand/guest";
import { shareFolder } from "../../lab/by-hand/nfs";
import { guests } from "../../lab/guest/build";
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
  connects,
  credentials,
  daemonPid,
  expectConnections,
  hvA,
  hvB,
  putBack,
  serveNbd,
  snapshot,
  stopNbd,
} from "./certified-hosts";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, imageFolder, lengthyTest, removeGuest, runningLab } from "./support";

const { nas } = runningLab();
const guest = { name: "busy-pki", folder: imageFolder, memoryMiB: 96 };
const driver = new ResourceHarness(libvirtTlsPki, "LibvirtTlsPki::tls");
const before = new Map<LabHost, string>();
const clientOf = (name: string) => driver.outputs.daemons[name]?.clientCertificate?.fingerprint;

beforeAll(async () => {
  await Promise.all(both.map(clear));
  for (const host of both) before.set(host, await snapshot(host));
  await driver.up(base);
});
afterAll(async () => {
  await removeGuest(guest.name);
  await driver.destroy().catch(() => {});
  await Promise.all(both.map(putBack));
});

lengthyTest("a guest moves over these certificates, and until it has arrived libvirtd is not restarted", async () => {
  await shareFolder(nas, both, imageFolder);
  await startGuest(nas, hvA, guest, guests.dirty);
  const moving = hvA.tryExec(migrateCommand(guest, hvB, { bandwidthMiBps: 1 }));
  const sending = async () =>
    expect((await hvA.exec(["virsh", "domjobinfo", "--rawstats", guest.name])).stdout).toMatch(
      /memory_processed: [1-9]/,
    );
  await retryUntil(sending, { everyMs: 500, timeoutMs: 120_000 });
  const refusal = await driver.up({ ...base, libvirtd: { tlsPort: 16999 } }).catch((error: unknown) => error);
  await hvA.exec(["virsh", "domjobabort", guest.name]);
  await moving;
  expect(refusal).toBeInstanceOf(Refused);
  expect((refusal as Error).message).toMatch(
    /hv-a: libvirtd must be restarted, which would abort the job of busy-pki\./,
  );
  expect((refusal as Error).message).toMatch(
    /hv-b: libvirtd must be restarted, which would abort the job of busy-pki\./,
  );
  await removeGuest(guest.name);
});

lengthyTest(
  "both authorities are made anew while a client polls and a guest moves, and neither is disturbed",
  async () => {
    await shareFolder(nas, both, imageFolder);
    await startGuest(nas, hvA, guest, guests.dirty);
    const moving = hvA.tryExec(migrateCommand(guest, hvB, { bandwidthMiBps: 1 }));
    const job = async () => (await hvA.exec(["virsh", "domjobinfo", "--rawstats", guest.name])).stdout;
    const sending = async () => expect(await job()).toMatch(/memory_processed: [1-9]/);
    await retryUntil(sending, { everyMs: 500, timeoutMs: 120_000 });
    await hvA.script(
      `rm -f /root/poll.*; (while [ ! -e /root/poll.stop ]; do
       if virsh -c "qemu+tls://$1/system" hostname > /dev/null 2>> /root/poll.failed; then echo ok; else echo failed; fi >> /root/poll.log
       sleep 0.1
     done) > /dev/null 2>&1 &`,
      hvB.address,
    );
    const [old, pids] = [driver.outputs, await Promise.all(both.map(daemonPid))];
    expect(await driver.up({ ...base, authorityGeneration: 2 })).toBe("updated");
    expect(driver.outputs.caFingerprint).not.toBe(old.caFingerprint);
    expect(driver.outputs.qemuCaFingerprint).not.toBe(old.qemuCaFingerprint);
    expect([await driver.refresh(), driver.outputs.drift]).toEqual(["unchanged", undefined]);
    expect(await Promise.all(both.map(daemonPid))).toEqual(pids);
    await hvA.exec(["touch", "/root/poll.stop"]);
    const polls = (await hvA.exec(["sort", "/root/poll.log"])).stdout.split("\n").filter(Boolean);
    expect([...new Set(polls)]).toEqual(["ok"]);
    expect(polls.length).toBeGreaterThan(5);
    await sending();
    await hvA.exec(["virsh", "migrate-setspeed", guest.name, "1000"]);
    expect(await moving).toMatchObject({ exitCode: 0 });
    await expectConnections();
    await removeGuest(guest.name);
    expect(await driver.up({ ...base, authorityGeneration: 2 })).toBe("unchanged");
  },
);

lengthyTest("a certificate that is due is renewed, and libvirtd goes on", async () => {
  const [old, pids] = [clientOf("hv-a"), await Promise.all(both.map(daemonPid))];
  const due = { ...base, validityDays: 10, renewBeforeDays: 5 };
  expect(await driver.up(due)).toBe("updated");
  const short = clientOf("hv-b");
  expect(clientOf("hv-a")).not.toEqual(old);
  expect(await driver.up({ ...base, validityDays: 40, renewBeforeDays: 20 })).toBe("updated");
  expect(clientOf("hv-b")).not.toEqual(short);
  expect(await Promise.all(both.map(daemonPid))).toEqual(pids);
  await expectConnections();
});

lengthyTest(
  "a host that leaves, with settings that go back, is as it was; one that comes in alone gets certificates",
  async () => {
    const [qemus, place] = ["/etc/pki/qemu", "/root/left"];
    const kept: [string, string, string] = [
      `${qemus}/ca-cert.pem`,
      `${qemus}/client-cert.pem`,
      `${qemus}/client-key.pem`,
    ];
    await credentials(hvB, place, kept);
    const { stdout: files } = await hvB.exec(["sh", "-c", `tar -C / -c root/left | base64 -w 0; rm -r ${place}`]);
    await hvA.script('printf %s "$1" | base64 -d | tar -C / -x', files);
    expect(await driver.up({ ...base, hosts: connectionsTo([hvA]) })).toBe("updated");
    expect(await snapshot(hvB)).toBe(before.get(hvB));
    expect((await connects(hvA, hvB)).exitCode).not.toBe(0);
    await hvA.script(serveNbd);
    expect([await asQemu(qemus, hvA), await asQemu(place, hvA)]).toMatchObject([{ exitCode: 0 }, { exitCode: 1 }]);
    await hvA.script(`${stopNbd}; rm -r ${place}`);
    const old = clientOf("hv-a");
    expect(await driver.up(base)).toBe("updated");
    expect(clientOf("hv-a")).toEqual(old);
    await expectConnections();
  },
);

lengthyTest("settings that libvirtd does not start with are put back, and the error has its words", async () => {
  await driver.up(base);
  const set = await Promise.all(both.map(snapshot));
  // The sockets stay in the first case, and are others in the second one.
  for (const more of [{}, { tlsPort: 16999 }]) {
    const failed = driver.up({ ...base, libvirtd: { ...more, logFilters: "nonsense" } });
    const said = await failed.then(
      () => "it did not fail",
      (error: Error) => error.message,
    );
    expect(said).toMatch(
      /libvirtd does not start with its new settings, so all that was changed for them was put back\. It says:\n[\s\S]*Malformed format for filter 'nonsense'/,
    );
    expect(await Promise.all(both.map(snapshot))).toEqual(set);
    await expectConnections();
  }
  await driver.up(base);
  expect([await driver.refresh(), driver.outputs.drift]).toEqual(["unchanged", undefined]);
});

lengthyTest("whose organization has a comma can be let in by allowedDns, and others are not", async () => {
  const client = async (organization: string) => {
    await hvA.script(
      `cd /root; certtool --generate-privkey --key-type=rsa --bits 2048 --outfile admin-key.pem 2> /dev/null
       printf 'organization = "%s"\\ncn = admin\\ntls_www_client\\nsigning_key\\nencryption_key\\nexpiration_days = 30\\n' "$1" > admin.template
       certtool --generate-certificate --load-privkey admin-key.pem --template admin.template --outfile admin-cert.pem \\
         --load-ca-certificate /etc/pki/CA/cacert.pem --load-ca-privkey /etc/pki/CA/private/cakey.pem 2> /dev/null`,
      organization,
    );
    await credentials(hvA, "/root/admin", ["/etc/pki/CA/cacert.pem", "/root/admin-cert.pem", "/root/admin-key.pem"]);
    return (await asLibvirt("/root/admin", hvB)).exitCode;
  };
  try {
    expect(await driver.up({ ...base, allowedDns: ["O=Example\\, Inc,CN=admin"] })).toBe("updated");
    expect([await driver.refresh(), driver.outputs.drift]).toEqual(["unchanged", undefined]);
    expect([await client("Example, Inc"), await client("Example, Ltd"), await client("Example")]).toEqual([0, 1, 1]);
  } finally {
    await hvA.script("rm -rf /root/admin*");
    await driver.up(base);
  }
});
