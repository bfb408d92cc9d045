/** What keeps two real libvirt daemons apart, said in previews of a move; the guest counts on through all of them. */
import type { LabHost } from "../../lab/lab-host";
import { codesIn, PreviewedGuest } from "./previewed-guest";
import { prepareHypervisors, removeGuest, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const guest = new PreviewedGuest("apart");
const saved = "/root/pki.tar";
const restartLibvirtd = `systemctl stop libvirtd.service; systemctl start libvirtd-tls.socket libvirtd.service`;

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
  await guest.up("hv-a");
  for (const host of [hvA, hvB])
    await host.exec(["tar", "-C", "/", "-cf", saved, "etc/pki/CA", "etc/pki/libvirt", "etc/pki/qemu"]);
});
beforeEach(() => guest.placement.refresh());
afterEach(async () => {
  for (const host of [hvA, hvB])
    await host.script(`tar -C / -xf ${saved}; rm -f /etc/pki/CA/cacrl.pem; ${restartLibvirtd}`);
  await guest.expectOn("hv-a");
});
afterAll(() => removeGuest(guest.guest.name));

const template = ({ name }: LabHost, ...lines: string[]) =>
  [`cn = "${name}"`, "tls_www_server", "tls_www_client", "signing_key", "encryption_key", ...lines, ""].join("\n");

/** Another certificate of the lab's authority for a host. @param lines of certtool's template */
async function issued(host: LabHost, ...lines: string[]): Promise<string> {
  const { stdout } = await hvA.script(
    `printf '%s' "$2" > /root/other.host
     certtool --generate-certificate --load-request "/root/$1.request.host" --template /root/other.host \\
       --load-ca-certificate /etc/pki/CA/cacert.pem --load-ca-privkey /root/authority-key.pem 2> /dev/null`,
    host.name,
    template(host, ...lines),
  );
  return stdout;
}
/** An authority that the host itself takes beside the lab's, and a certificate by it. @param path where that goes */
const byAnotherAuthority = (host: LabHost, path: string) =>
  host.script(
    `cd /root; printf 'cn = other\\nca\\ncert_signing_key\\nexpiration_days = 30\\n' > other-ca.template
     printf '%s' "$2" > other.template
     certtool --generate-privkey --key-type=rsa --bits 3072 --outfile other-key.pem 2> /dev/null
     certtool --generate-self-signed --load-privkey other-key.pem --template other-ca.template --outfile other-ca.pem 2> /dev/null
     certtool --generate-certificate --load-privkey key.pem --template other.template \\
       --load-ca-certificate other-ca.pem --load-ca-privkey other-key.pem --outfile "$1" 2> /dev/null
     cat other-ca.pem >> /etc/pki/CA/cacert.pem
     ${restartLibvirtd}`,
    path,
    template(host, `ip_address = "${host.address}"`, "expiration_days = 30"),
  );
/** By the list of the host itself. */
async function revokeForHvA(): Promise<void> {
  const { stdout } = await hvB.exec(["cat", "/etc/pki/libvirt/servercert.pem"]);
  await put(hvA, "/root/hv-b.pem", stdout);
  await hvA.script(
    `printf 'crl_next_update = 30\\ncrl_number = 1\\n' > /root/crl.template
     certtool --generate-crl --load-ca-privkey /root/authority-key.pem --load-ca-certificate /etc/pki/CA/cacert.pem \\
       --load-certificate /root/hv-b.pem --template /root/crl.template > /etc/pki/CA/cacrl.pem 2> /dev/null
     ${restartLibvirtd}`,
  );
}
const put = (host: LabHost, path: string, text: string) => host.script('printf "%s" "$2" > "$1"', path, text);
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const qemuServer = "/etc/pki/qemu/server-cert.pem";
const qemuClient = "/etc/pki/qemu/client-cert.pem";
const address = `ip_address = "${hvB.address}"`;

test.each<[codes: string[], lines: string[], client: string | undefined]>([
  [
    ["certificate-expired", "certificate-for-other-names"],
    ['dns_name = "elsewhere.example"', `activation_date = "${day(-9)}"`, `expiration_date = "${day(-2)}"`],
    undefined,
  ],
  [
    ["certificate-not-yet-valid", "certificate-unusable"],
    [address, `activation_date = "${day(3)}"`, `expiration_date = "${day(30)}"`],
    "not a certificate\n",
  ],
  [["certificate-ends-soon", "certificate-missing"], [address, "expiration_days = 3"], ""],
])("%j: of QEMU's stream", async (codes, lines, client) => {
  await put(hvB, qemuServer, await issued(hvB, ...lines));
  if (client === "") await hvA.exec(["rm", qemuClient]);
  else if (client !== undefined) await put(hvA, qemuClient, client);
  expect(codesIn(await guest.previewOf("hv-b"))).toEqual(codes);
});

test.each<[code: string, prepare: () => Promise<unknown>]>([
  ["certificate-of-another-authority", () => byAnotherAuthority(hvB, "/etc/pki/libvirt/servercert.pem")],
  ["certificate-refused", () => byAnotherAuthority(hvA, "/etc/pki/libvirt/clientcert.pem")],
  ["certificate-unusable", () => hvA.script(`head -c 200 /dev/urandom > /etc/pki/libvirt/clientcert.pem`)],
  ["certificate-revoked", revokeForHvA],
  [
    "libvirt-not-listening",
    () => hvB.script("systemctl stop libvirtd.service libvirtd-tls.socket; systemctl start libvirtd.service"),
  ],
])("%s: of libvirt's own connection", async (code, prepare) => {
  await prepare();
  expect(codesIn(await guest.previewOf("hv-b"))).toContain(code);
});

test("libvirt-silent: what it is sent is dropped on the way", async () => {
  await hvB.script("iptables-legacy -I INPUT -p tcp --dport 16514 -j DROP");
  const said = await guest.previewOf("hv-b");
  await hvB.script("iptables-legacy -D INPUT -p tcp --dport 16514 -j DROP");
  expect(codesIn(said)).toContain("libvirt-silent");
});

test("names that resolve to nothing, and to the host itself", async () => {
  const to = (name: string) => guest.previewOf("hv-b", { uri: `qemu+tls://${name}/system` });
  expect(codesIn(await to("nowhere.invalid"))).toContain("name-unresolved");
  await hvA.script("cp -a /etc/hosts /root/hosts; echo 127.0.1.1 hv-b.example >> /etc/hosts");
  const said = await to("hv-b.example");
  await hvA.exec(["mv", "/root/hosts", "/etc/hosts"]);
  expect(codesIn(said)).toContain("name-of-itself");
});

test("ssh: no known key, no login, no way to libvirt, no ssh at all", async () => {
  const bySsh = async () => codesIn(await guest.previewOf("hv-b", { uri: "qemu+ssh", data: "plain" }));
  await hvA.script("rm -rf /root/.ssh.before; [ ! -e /root/.ssh ] || cp -a /root/.ssh /root/.ssh.before");
  await hvB.script("cp -a /root/.ssh /root/.ssh.before");
  try {
    expect(await bySsh()).toContain("ssh-host-key-refused");
    await hvA.script('mkdir -p /root/.ssh; ssh-keyscan "$1" >> /root/.ssh/known_hosts 2> /dev/null', hvB.address);
    expect(await bySsh()).toContain("ssh-login-refused");
    const { stdout } = await hvA.script(
      "rm -f /root/.ssh/id_ed25519*; ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519; cat /root/.ssh/id_ed25519.pub",
    );
    await hvB.script('printf "%s" "$1" >> /root/.ssh/authorized_keys', stdout);
    expect(await bySsh()).toEqual([]);
    await hvB.script("mv /usr/bin/virt-ssh-helper /usr/bin/virt-ssh-helper.away"); // the lab has no nc
    expect(await bySsh()).toContain("libvirt-missing");
    await hvA.script("mv /usr/bin/ssh /usr/bin/ssh.away; mkdir -p /root/none");
    expect(await bySsh()).toContain("ssh-missing");
  } finally {
    await hvA.tryExec([
      "sh",
      "-c",
      "mv /usr/bin/ssh.away /usr/bin/ssh; rm -rf /root/.ssh; mv /root/.ssh.before /root/.ssh",
    ]);
    await hvB.tryExec([
      "sh",
      "-c",
      "mv /usr/bin/virt-ssh-helper.away /usr/bin/virt-ssh-helper; rm -rf /root/.ssh; mv /root/.ssh.before /root/.ssh",
    ]);
  }
});
