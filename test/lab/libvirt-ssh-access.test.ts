import type { LabHost } from "../../lab/lab-host";
import { closeConnections } from "../../provider/host/ssh-host";
import { sshUri } from "../../provider/libvirt/connectivity/uri";
import { Refused } from "../../provider/lifecycle/errors";
import { libvirtSshAccess } from "../../provider/resources/libvirt-ssh-access/definition";
import { ResourceHarness } from "./resource-harness";
import { connectionsTo, lengthyTest, runningLab } from "./support";

const { nas, hvA, hvB } = runningLab();
const both = [hvA, hvB];
const driver = new ResourceHarness(libvirtSshAccess, "LibvirtSshAccess::ssh");
const second = new ResourceHarness(libvirtSshAccess, "LibvirtSshAccess::second");
const base = { hosts: connectionsTo(both) };
const before = new Map<LabHost, string>();

/** Everything on a host that the resource may touch. */
const snapshot = async (host: LabHost) =>
  (
    await host.script(
      `find /root/.ssh -printf '%p %m %u:%g %l\\n' | sort
       find /root/.ssh -type f -exec sha256sum {} + | sort`,
    )
  ).stdout;
async function expectAsBefore(...hosts: LabHost[]): Promise<void> {
  const after = await Promise.all(hosts.map(snapshot));
  expect(after).toEqual(hosts.map((host) => before.get(host)));
}

/** As libvirtd does it: as root, with nobody there to ask. */
async function expectConnections(addressOfB = hvB.address, port?: number): Promise<void> {
  const reach = (from: LabHost, uri: string) =>
    from.tryExec(["setsid", "-w", "timeout", "60", "virsh", "-c", uri, "hostname"]);
  const answers = await Promise.all([reach(hvA, sshUri(addressOfB, port)), reach(hvB, sshUri(hvA.address))]);
  expect(answers).toMatchObject([{ stdout: "hv-b\n\n" }, { stdout: "hv-a\n\n" }]);
}

/** hv-b by another address and another port. */
const elsewhere = { ...connectionsTo([hvB])["hv-b"], address: "10.77.0.22", port: 2222, hostKey: "" };

/** hv-b: a key that is there already. hv-a: files as administrators leave them. */
beforeAll(async () => {
  const [, { stdout }] = await Promise.all([
    hvA.script(
      `cp -a /root/.ssh /root/aside; cd /root/.ssh
       printf '# by hand\\n|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA \\377\\n10.9.9.9 ssh-rsa AAAA\\n' > known_hosts
       chmod 644 known_hosts; mv authorized_keys keys; ln -s keys authorized_keys; printf '# theirs' >> keys`,
    ),
    hvB.script(
      `cp -a /root/.ssh /root/aside; ssh-keygen -q -t ed25519 -N '' -C root@hv-b -f /root/.ssh/id_ed25519
       ip address add 10.77.0.22/24 dev vec0
       systemd-run --quiet --unit=second-sshd /usr/sbin/sshd -D -p 2222
       timeout 60 sh -c 'until ss -Hltn | grep -q :2222; do sleep 0.1; done'
       cut -d' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub`,
    ),
  ]);
  elsewhere.hostKey = stdout.trim();
  await Promise.all([...both, nas].map(async (host) => before.set(host, await snapshot(host))));
});
afterAll(async () => {
  await second.destroy();
  await driver.destroy();
  await closeConnections(); // one to an address that is gone would stay open
  await Promise.all(both.map((host) => host.script("rm -rf /root/.ssh; mv /root/aside /root/.ssh")));
  await hvB.script("systemctl stop second-sshd.service; ip address del 10.77.0.22/24 dev vec0");
});

test("what makes it impossible is said of all hosts at once, and nothing is changed", async () => {
  await Promise.all([
    hvA.script("echo half > /root/.ssh/id_ed25519.pub"),
    hvB.script("mv /root/.ssh/id_ed25519 /root/key; (umask 077; echo nonsense > /root/.ssh/id_ed25519)"),
  ]);
  const refusal = await driver.up({ hosts: { ...base.hosts, twin: elsewhere } }).catch((error: unknown) => error);
  await Promise.all([hvA.script("rm /root/.ssh/id_ed25519.pub"), hvB.script("mv /root/key /root/.ssh/id_ed25519")]);
  await expectAsBefore(...both);
  expect(refusal).toBeInstanceOf(Refused);
  expect((refusal as Error).message).toMatch(
    /^hv-a: .*id_ed25519 has a public key but no private key\. .*\nhv-b: .*id_ed25519 cannot be used without a passphrase: .*\nhv-b and twin are the same machine\./,
  );
  expect(driver.exists).toBe(false);
});

test("each host reaches the other's libvirt; keys and lines that were there stay as they are", async () => {
  expect(await driver.up(base)).toBe("created");
  await expectConnections();
  const urn = "urn:pulumi:lab::test::pulumi-nodejs:dynamic/kvm:LibvirtSshAccess::ssh";
  const mark = `pulumi-kvm-live:${driver.outputs.accessId} ${urn}#${driver.outputs.__uid}`;
  const { stdout } = await hvA.script(
    `cd /root/.ssh; stat -c '%n %a %U' . * | sort; readlink authorized_keys
     head -n 3 known_hosts | LC_ALL=C tr '\\377' '!'; tail -n +4 known_hosts | cut -d' ' -f 1,2,4-
     tail -n +3 authorized_keys | cut -d' ' -f 1,2,4-; cut -d' ' -f 3- id_ed25519.pub`,
  );
  expect(stdout.trim().split("\n")).toEqual([
    ". 700 root",
    "authorized_keys 777 root",
    "id_ed25519 600 root",
    "id_ed25519.pub 600 root",
    "keys 600 root",
    "known_hosts 644 root",
    "keys",
    "# by hand",
    "|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA !",
    "10.9.9.9 ssh-rsa AAAA",
    `${hvB.address} ssh-ed25519 ${mark}`,
    `restrict,from="${hvB.address}" ssh-ed25519 ${mark} after a line without an end`,
    mark,
  ]);
  const own = await hvB.exec(["ssh-keygen", "-lf", "/root/.ssh/id_ed25519.pub"]);
  expect(own.stdout).toContain(`${driver.outputs.keys["hv-b"]} root@hv-b`);
});

test("nothing to do is no change, and no private key is in the state or was told", async () => {
  expect(await driver.up(base)).toBe("unchanged");
  expect(await driver.refresh()).toBe("unchanged");
  const said = JSON.stringify([driver.outputs, driver.told]);
  const keys = await Promise.all(both.map((host) => host.exec(["cat", "/root/.ssh/id_ed25519"])));
  for (const { stdout } of keys) {
    const lines = stdout.split("\n").slice(1, -2);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => said.includes(line))).toEqual([]);
  }
});

test("lines that were taken away, changed or opened to others are seen and put back", async () => {
  await Promise.all([
    hvA.script("sed -i '/pulumi-kvm-live/d' /root/.ssh/known_hosts"),
    hvB.script(
      `sed -i 's/^restrict,from="10.77.0.11"/restrict/' /root/.ssh/authorized_keys
       echo 'ssh-rsa AAAA foreign' >> /root/.ssh/authorized_keys; chmod g+w /root/.ssh/authorized_keys`,
    ),
  ]);
  expect(await driver.refresh()).toBe("changed");
  const authorized = "hv-b: /root/.ssh/authorized_keys";
  expect(driver.outputs.drift).toEqual([
    "hv-a: /root/.ssh/known_hosts lacks the host keys of hv-b",
    `${authorized} is 620 root: others could write it`,
    `${authorized} lacks the key of root on hv-a`,
    `${authorized} has a line written by this provider that no longer belongs there`,
    expect.stringMatching(
      /^hv-a: no SSH connection to hv-b \(qemu\+ssh:\/\/root@10\.77\.0\.12\/system\): host key refused: /,
    ),
  ]);
  expect(await driver.up(base)).toBe("updated");
  expect(driver.outputs.drift).toBeUndefined();
  const { stdout } = await hvB.script(
    "stat -c %a /root/.ssh/authorized_keys; cut -d' ' -f 1 /root/.ssh/authorized_keys; sed -i '/foreign$/d' /root/.ssh/authorized_keys",
  );
  expect(stdout).toBe(`600\nssh-ed25519\nssh-rsa\nrestrict,from="10.77.0.11"\n`);
});

lengthyTest(
  "a host that leaves is as it was before; it may come back by another address and another port",
  async () => {
    await expect(driver.up({ hosts: connectionsTo([hvA, nas]) })).rejects.toThrow(
      /hv-a: no SSH connection to nas \(qemu\+ssh:\/\/root@10\.77\.0\.13\/system\): no libvirt there: /,
    );
    await expectAsBefore(hvB);
    expect(await driver.up({ hosts: { ...base.hosts, "hv-b": elsewhere } })).toBe("updated");
    await expectAsBefore(nas);
    await expectConnections(elsewhere.address, elsewhere.port);
    const { stdout } = await hvA.script("cut -d' ' -f 1 /root/.ssh/known_hosts | tail -n 1");
    expect(stdout).toBe("[10.77.0.22]:2222\n");
  },
);

test("two resources share a key, and the last one takes it away: then all is as it was before", async () => {
  expect(await second.up(base)).toBe("created");
  expect(second.outputs.keys).toEqual(driver.outputs.keys);
  await driver.destroy();
  expect([await second.refresh(), second.outputs.drift]).toEqual(["unchanged", undefined]);
  await second.destroy();
  await expectAsBefore(...both);
});
