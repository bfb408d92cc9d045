/** Certificates of the destination that the source must refuse. */
import { because, type Fault } from "../fault";
import type { Scene } from "../scene";
import { untilLibvirtAnswers } from "./daemons";

const backup = "/root/pki.before";
const days = (count: number) => `expiration_days = ${count}`;

/** A certificate for the destination's own key: by the lab's authority on the source, or by one of its own. */
const issue = `cd /root; umask 077; cat > bad.template
case "$1" in
  own) certtool --generate-privkey --key-type=rsa --bits 2048 --outfile bad-ca-key.pem
    printf 'cn = other\\nca\\ncert_signing_key\\nexpiration_days = 30\\n' > bad-ca.template
    certtool --generate-self-signed --load-privkey bad-ca-key.pem --template bad-ca.template --outfile bad-ca.pem;;
  *) cp authority-key.pem bad-ca-key.pem; cp /etc/pki/CA/cacert.pem bad-ca.pem;;
esac 2> /dev/null
printf '%s' "$2" > bad.request
certtool --generate-certificate --load-request bad.request --template bad.template \\
  --load-ca-certificate bad-ca.pem --load-ca-privkey bad-ca-key.pem 2> /dev/null`;

const install = `set -e; rm -rf ${backup}; cp -a /etc/pki ${backup}
for role in server client; do
  printf '%s' "$1" | tee /etc/pki/libvirt/\${role}cert.pem > /etc/pki/qemu/$role-cert.pem
done
printf '%s' "$2" | tee /etc/pki/CA/cacert.pem > /etc/pki/qemu/ca-cert.pem
systemctl restart libvirtd.service`;

const putBack = `if [ -d ${backup} ]; then rm -rf /etc/pki; mv ${backup} /etc/pki; systemctl reset-failed libvirtd.service; systemctl restart libvirtd.service; fi`;

interface BadCertificate {
  name?: string;
  authority?: "lab" | "own";
  expiration?: string;
}

async function installBadCertificate(
  scene: Scene,
  { name, authority = "lab", expiration = days(30) }: BadCertificate,
): Promise<void> {
  const { source, destination } = scene;
  const names = [`cn = "${name ?? destination.name}"`, `dns_name = "${name ?? destination.name}"`];
  const address = name === undefined ? [`ip_address = "${destination.address}"`] : [];
  const roles = ["tls_www_server", "tls_www_client", "signing_key", "encryption_key"];
  const request = await destination.exec(["cat", "/root/request.pem"]).catch(() => makeRequest(scene));
  const input = `${[...names, ...address, ...roles, expiration].join("\n")}\n`;
  const { stdout } = await source.exec(["sh", "-c", issue, "sh", authority, request.stdout], { input });
  const { stdout: itsAuthority } = await source.exec(["cat", "/root/bad-ca.pem"]);
  await scene.must(destination, install, stdout, itsAuthority);
}

const makeRequest = ({ destination }: Scene) =>
  destination.exec([
    "sh",
    "-c",
    "printf 'cn = x\\n' > /root/bad.template; certtool --generate-request --load-privkey /root/key.pem --template /root/bad.template 2> /dev/null | tee /root/request.pem",
  ]);

const revoke = `cd /root; printf 'expiration_days = 30\\n' > crl.template
printf '%s' "$1" > revoked.pem
certtool --generate-crl --load-ca-privkey authority-key.pem --load-ca-certificate /etc/pki/CA/cacert.pem \\
  --load-certificate revoked.pem --template crl.template --outfile /etc/pki/CA/cacrl.pem 2> /dev/null
cp /etc/pki/CA/cacrl.pem /etc/pki/qemu/ca-crl.pem; chmod 644 /etc/pki/qemu/ca-crl.pem
systemctl restart libvirtd.service`;

const restore = async (scene: Scene) => {
  await scene.run(scene.destination, putBack);
  await untilLibvirtAnswers(scene, scene.destination);
};
const leftOut = because("connections are open already, and certificates are not checked again", "early copy");
const bad = (what: string, certificate: () => BadCertificate): Fault => ({
  name: `certificate of the destination ${what}`,
  at: ["before prepare", "early copy"],
  leftOut,
  apply: (scene) => installBadCertificate(scene, certificate()),
  repair: restore,
});

/** libvirtd does not start with an expired certificate, so this one expires some seconds after the start. */
const aliveForMs = 15_000;
const soon = () => new Date(Date.now() + aliveForMs).toISOString().slice(0, 19).replace("T", " ");

export const certificateFaults: Fault[] = [
  {
    ...bad("expired", () => ({})),
    apply: async (scene) => {
      await installBadCertificate(scene, { expiration: `expiration_date = "${soon()} UTC"` });
      await new Promise((resolve) => setTimeout(resolve, aliveForMs));
    },
  },
  bad("for another name", () => ({ name: "nobody.example" })),
  bad("of another authority", () => ({ authority: "own" })),
  {
    ...bad("revoked", () => ({})),
    apply: async (scene) => {
      const { stdout } = await scene.destination.exec(["cat", "/etc/pki/libvirt/servercert.pem"]);
      await scene.must(scene.source, revoke, stdout);
    },
    repair: async (scene) => {
      const withdraw = "rm -f /etc/pki/CA/cacrl.pem /etc/pki/qemu/ca-crl.pem; systemctl restart libvirtd.service";
      await scene.run(scene.source, withdraw);
      await untilLibvirtAnswers(scene, scene.source);
    },
  },
];
