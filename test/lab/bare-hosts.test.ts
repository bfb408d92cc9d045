import { Lab } from "../../lab/lab";

/** A lab of its own: the hosts of the other one may be set up by other tests already. */
const fresh = new Lab("fresh");
const [nas, hvA] = [fresh.host("nas"), fresh.host("hv-a")];

beforeAll(() => fresh.up({ hosts: ["nas", "hv-a"] }));
afterAll(() => fresh.down());

test.each([nas, hvA])("$name starts without PKI, exports or network mounts", async (host) => {
  const { stdout } = await host.script(
    `ls -d /etc/pki 2>/dev/null || true
     exportfs -s
     findmnt --noheadings --types nfs,nfs4 || true`,
  );
  expect(stdout).toBe("");
});

test("a hypervisor starts without domains, bridges or a TLS socket", async () => {
  expect((await hvA.exec(["virsh", "list", "--all", "--name"])).stdout.trim()).toBe("");
  expect((await hvA.exec(["ovs-vsctl", "list-br"])).stdout).toBe("");
  expect((await hvA.tryExec(["systemctl", "is-enabled", "libvirtd-tls.socket"])).stdout).toBe("disabled\n");
});

test("a file server has no libvirt", async () => {
  expect((await nas.tryExec(["systemctl", "is-active", "libvirtd.socket"])).stdout).toBe("inactive\n");
});
