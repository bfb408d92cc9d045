import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCertificate, permitsKeyUsage } from "../../../provider/pki/certificate";
import { allowedDnOf } from "../../../provider/pki/distinguished-name";
import {
  authorityInputProblems,
  certificateInputProblems,
  type GivenAuthorities,
  type GivenCertificates,
} from "../../../provider/pki/given";
import { isListed, isListOf, revocationListsIn } from "../../../provider/pki/revocation-list";

/** Made by certtool 3.7.9 on a host of the lab. */
const fixture = (name: string) => readFileSync(join(__dirname, "../../fixtures/pki", `${name}.pem`), "utf8");
const certificate = (name: string) => parseCertificate(fixture(name)) as X509Certificate;
const now = new Date("2026-12-01");
const authorities: GivenAuthorities = {
  libvirt: { certificates: fixture("ca") },
  qemu: { certificates: fixture("qemu-ca") },
};
const four: GivenCertificates = {
  libvirtServer: fixture("server"),
  libvirtClient: fixture("client"),
  qemuServer: fixture("qemu-server"),
  qemuClient: fixture("qemu-client"),
};
const problems = (
  changes: Partial<GivenCertificates>,
  { address = "10.77.0.11", at = now, of = authorities }: { address?: string; at?: Date; of?: GivenAuthorities } = {},
) =>
  certificateInputProblems({ "hv-a": { ...four, ...changes } }, { "hv-a": address }, of, at).map(
    ({ path, reason }) => `${path.join(".")} ${reason}`,
  );

test("certificates of two authorities", () => {
  expect(problems({})).toEqual([]);
  expect(authorityInputProblems(authorities, now)).toEqual([]);
});

test.each<[Partial<GivenCertificates>, RegExp]>([
  [{ qemuServer: "foreign" }, /^hv-a\.qemuServer must be a certificate in PEM/],
  [{ qemuServer: four.qemuClient }, /^hv-a\.qemuServer is not for a TLS server: .* serverAuth$/],
  [
    { libvirtClient: fixture("strange") },
    /^hv-a\.libvirtClient was not signed by any certificate of externalAuthority\.libvirt/,
  ],
  [{ libvirtServer: fixture("signing") }, /^hv-a\.libvirtServer has a key usage without/],
  [{ qemuServer: four.libvirtServer }, /^hv-a\.qemuServer has the key of libvirtServer or libvirtClient/],
])("%#", (changes, expected) => {
  expect(problems(changes)).toContainEqual(expect.stringMatching(expected));
});

test("in time, and for the address", () => {
  expect(problems({}, { at: new Date("2027-06-01") })).toContain("hv-a.libvirtServer has ended on 2027-01-01");
  expect(problems({}, { at: new Date("2020-01-01") })).toContainEqual(
    expect.stringMatching(/^hv-a\.qemuClient is not valid before /),
  );
  expect(problems({}, { address: "10.77.0.99" })).toContainEqual(
    expect.stringMatching(/^hv-a\.libvirtServer has to be for 10\.77\.0\.99, and is for /),
  );
  expect(problems({}, { address: "hv-a" }).filter((line) => line.startsWith("hv-a.libvirt"))).toEqual([]);
});

test("a host without certificates, and certificates without a host", () => {
  const found = certificateInputProblems({ x: four }, { "hv-b": "10.77.0.12" }, authorities, now);
  expect(found.map(({ path, reason }) => `${path.join(".")} ${reason}`)).toEqual(
    expect.arrayContaining(["x is of none of hosts", expect.stringMatching(/^hv-b is missing/)]),
  );
});

test.each<[GivenAuthorities, RegExp]>([
  [{ ...authorities, qemu: authorities.libvirt }, /^qemu\.certificates must not be libvirt's authority as well/],
  [{ ...authorities, qemu: { certificates: "" } }, /^qemu\.certificates must be certificates in PEM/],
  [
    { ...authorities, libvirt: { certificates: four.libvirtServer } },
    /^libvirt\.certificates has a certificate that is no/,
  ],
  [
    { ...authorities, libvirt: { ...authorities.libvirt, revocationList: "x" } },
    /^libvirt\.revocationList must be a revocation list in PEM/,
  ],
  [
    { ...authorities, libvirt: { ...authorities.libvirt, revocationList: fixture("outside-list") } },
    /^libvirt\.revocationList has a list that none of the authority's certificates has signed/,
  ],
])("authorities %#", (given, expected) => {
  const found = authorityInputProblems(given, now).map(({ path, reason }) => `${path.join(".")} ${reason}`);
  expect(found).toContainEqual(expect.stringMatching(expected));
});

const listed: GivenAuthorities = {
  ...authorities,
  libvirt: { certificates: fixture("outside-ca"), revocationList: fixture("outside-list") },
};

test("a revocation list: whose it is, what is in it, and until when it counts", () => {
  const [list] = revocationListsIn(fixture("outside-list")) ?? [];
  if (!list) throw new Error("The list cannot be read.");
  expect(isListOf(list, certificate("outside-ca"))).toBe(true);
  expect(isListOf(list, certificate("ca"))).toBe(false);
  expect(isListOf({ ...list, signed: Buffer.from("other") }, certificate("outside-ca"))).toBe(false);
  expect([isListed(list, certificate("outside-client")), isListed(list, certificate("client"))]).toEqual([true, false]);
  expect([list.thisUpdate, list.nextUpdate].map((time) => time?.toISOString())).toEqual([
    "2026-11-27T14:51:50.000Z",
    "2026-12-27T14:51:50.000Z",
  ]);
  expect(problems({ libvirtClient: fixture("outside-client") }, { of: listed })).toContain(
    "hv-a.libvirtClient is revoked by externalAuthority.libvirt.revocationList",
  );
  expect(authorityInputProblems(listed, now)).toEqual([]);
  expect(authorityInputProblems(listed, new Date("2026-12-27T15:00:00Z"))).toMatchObject([
    { path: ["libvirt", "certificates"] },
    { path: ["libvirt", "revocationList"], reason: expect.stringMatching(/due to be replaced on 2026-12-27/) },
  ]);
});

test.each([
  "",
  "x",
  fixture("ca"),
  "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
  `${fixture("outside-list")}-----BEGIN x`,
])("no revocation list: %#", (text) => {
  expect(revocationListsIn(text)).toBeUndefined();
});

test("a subject as virt-pki-query-dn prints it, with what libvirtd.conf cannot hold left open", () => {
  expect(allowedDnOf(certificate("outside-client"))).toBe(
    "C=DE,ST=?,L=Zürich,O=A ?<b?> ?+ c,CN=leaf?; #x,UID=joe,DC=example,serialNumber=12345",
  );
});

test("a key usage that libvirt takes", () => {
  expect([permitsKeyUsage(certificate("server")), permitsKeyUsage(certificate("signing"))]).toEqual([true, false]);
});
