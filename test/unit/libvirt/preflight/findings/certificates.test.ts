import { certificateFindings } from "../../../../../provider/libvirt/preflight/findings/certificates";
import { fixture } from "../../../../fixtures/read";

/** Valid in 2026; the servers' are for hv-a and 10.77.0.11. */
const pem = (name: string) => fixture(`pki/${name}.pem`);
const files = {
  "/etc/pki/libvirt/clientcert.pem": pem("client"),
  "/etc/pki/libvirt/servercert.pem": pem("server"),
  "/etc/pki/qemu/client-cert.pem": pem("qemu-client"),
  "/etc/pki/qemu/server-cert.pem": pem("qemu-server"),
};
const host = (name: string, changes: Record<string, string | undefined> = {}, aheadMs = 0) => ({
  name,
  certificates: new Map(
    Object.entries({ ...files, ...changes }).flatMap(([path, text]) => (text ? [[path, text]] : [])),
  ),
  clockAheadMs: { atLeast: aheadMs, atMost: aheadMs },
  qemuConf: new Map<string, string>(),
});
const now = Date.parse("2026-06-01T12:00:00Z");
const options = { uri: "qemu+tls", data: "tls" } as const;
const found = (
  from = host("hv-a"),
  to = host("hv-b"),
  {
    at = now,
    name = "10.77.0.11",
    way = options as typeof options | { uri: string; data: "plain" | "tunnelled" },
  } = {},
) =>
  certificateFindings(from, to, way, name, at).map(
    ({ code, hostName, subject, seen }) => `${code} ${hostName} ${subject}: ${seen}`,
  );

test("all there, in date, for the right name", () => {
  expect(found()).toEqual([]);
  expect(found(host("hv-a"), host("hv-b"), { name: "fd00::11" })).toEqual([]);
});

test("what is missing, or no certificate, of those that the way needs", () => {
  const none = host("hv-b", { "/etc/pki/libvirt/servercert.pem": undefined, "/etc/pki/qemu/server-cert.pem": "hello" });
  expect(found(host("hv-a"), none)).toEqual([
    "certificate-missing hv-b /etc/pki/libvirt/servercert.pem: hv-b has no /etc/pki/libvirt/servercert.pem, which the move needs.",
    "certificate-unusable hv-b /etc/pki/qemu/server-cert.pem: /etc/pki/qemu/server-cert.pem on hv-b is not a certificate.",
  ]);
  expect(found(host("hv-a"), none, { way: { uri: "qemu+ssh", data: "plain" } })).toEqual([]);
  expect(found(host("hv-a"), none, { way: { uri: "qemu+tls", data: "tunnelled" } })).toHaveLength(1);
});

test("QEMU expects the name of libvirt's connection", () =>
  expect(found(host("hv-a"), host("hv-b"), { name: "10.77.0.12" })).toEqual([
    expect.stringMatching(
      /^certificate-for-other-names hv-b .*server-cert\.pem on hv-b is for .*hv-a.*expects it to be for 10\.77\.0\.12/,
    ),
  ]));

test("a folder that is QEMU's for migrations goes first; one of qemu.conf is not read", () => {
  const own = host("hv-b", { "/etc/pki/libvirt-migrate/server-cert.pem": "hello" });
  expect(found(host("hv-a"), own)).toEqual([
    expect.stringContaining("/etc/pki/libvirt-migrate/server-cert.pem on hv-b is not"),
  ]);
  own.qemuConf.set("migrate_tls_x509_cert_dir", '"/srv/pki"');
  expect(found(host("hv-a"), own)).toEqual([]);
});

test("out of date by the clock of one of them", () => {
  const days = (number: number) => number * 86_400_000;
  const late = found(host("hv-a"), host("hv-b", {}, days(300)));
  expect(late).toHaveLength(4);
  expect(late[0]).toMatch(
    /^certificate-expired hv-a \/etc\/pki\/libvirt\/clientcert\.pem: .* was valid until 2027-01-01T00:00:00Z, and by the clock of hv-b it is 2027-03-28T12:00:00Z/,
  );
  expect(found(host("hv-a", {}, -days(200)))[0]).toMatch(
    /^certificate-not-yet-valid .* not valid before 2026-01-01T00:00:00Z, and by the clock of hv-a it is 2025-11-13T12:00:00Z/,
  );
});

test("one that ends soon is told before", () => {
  const at = Date.parse("2026-12-28T00:00:00Z");
  expect(found(host("hv-a"), host("hv-b"), { at })[0]).toMatch(
    /^certificate-ends-soon .* is valid until 2027-01-01T00:00:00Z/,
  );
  expect(found(host("hv-a"), host("hv-b"), { at: at - 5 * 86_400_000 })).toEqual([]);
});
