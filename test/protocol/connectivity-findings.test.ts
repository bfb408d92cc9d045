/** Codes of findings about how hosts reach each other, by what libvirt, GnuTLS and ssh say. */
import { type Answers, codesOf, disk, endAfterwards, here, locked, type Situation } from "./libvirt-preflight";

endAfterwards();

const tlsSays = (text: string) => ({
  virshFails: { connect: `error: failed to connect to the hypervisor\nerror: ${text}\n` },
});
const untrusted = tlsSays("authentication failed: Failed to verify peer's certificate: the certificate is not trusted");

/** This machine has no certificates where libvirt looks for them. */
const connectionCodes = async (situation: Situation) =>
  (await codesOf(situation)).filter((code) => code !== "certificate-missing");

test.each<[code: string, from: Answers]>([
  ["libvirt-silent", tlsSays("unable to connect to server at 'b:16514': No route to host")],
  ["libvirt-not-listening", tlsSays("unable to connect to server at 'b:16514': Connection refused")],
  ["libvirt-refuses", tlsSays("something new")],
  ["certificate-not-trusted", untrusted],
  ["certificate-expired", { ...untrusted, status: "The certificate chain uses expired certificate." }],
  ["certificate-not-yet-valid", { ...untrusted, status: "The certificate chain uses not yet valid certificate." }],
  ["certificate-revoked", { ...untrusted, status: "The certificate chain is revoked." }],
  ["certificate-of-another-authority", { ...untrusted, status: "The certificate issuer is unknown." }],
  ["certificate-unusable", tlsSays("Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory")],
  ["certificate-refused", tlsSays("Server verification (of our certificate or IP address) failed")],
  ["certificate-for-other-names", tlsSays("Certificate [session] owner does not match the hostname b")],
])("%s: in the words of libvirt and GnuTLS", async (code, from) =>
  expect(await connectionCodes({ devices: disk(here("shared.raw")), to: locked, from })).toEqual([code]),
);

const sshSays = (text: string) => `error: Cannot recv data: ${text}: Connection reset by peer\n`;
test.each([
  ["ssh-host-key-refused", sshSays("Host key verification failed.")],
  ["ssh-login-refused", sshSays("root@b: Permission denied (publickey).")],
  ["libvirt-missing", "error: End of file while reading data: sh: 1: nc: not found: Input/output error\n"],
  ["ssh-missing", "error: Cannot find 'ssh' in path: No such file or directory\n"],
])("%s: ssh's own words", async (code, text) => {
  const migration = { uri: "qemu+ssh", data: "tunnelled" };
  expect(await codesOf({ to: locked, migration, from: { virshFails: { connect: text } } })).toContain(code);
});
