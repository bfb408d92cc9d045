import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  allowedDn,
  authorityProblems,
  belongsTo,
  certificateFacts,
  certificateProblems,
  isOwnCertificate,
  lifetimeProblems,
  parseCertificate,
  pemIn,
  validityFrom,
  type WantedCertificate,
} from "../../../provider/pki/certificate";
import { allowedDnOf } from "../../../provider/pki/distinguished-name";

/** Made by certtool 3.7.9 on a host of the lab. */
const fixture = (name: string) => readFileSync(join(__dirname, "../../fixtures/pki", name), "utf8");
const certificate = (name: string) => parseCertificate(fixture(`${name}.pem`)) as X509Certificate;
const authority = certificate("ca");
const subject = { organization: "Example, Inc.", unit: "pulumi-kvm-live libvirt", commonName: "10.77.0.11" };
const names = ["fd00::11", "hv-a", "10.77.0.11"];
const server: WantedCertificate = { role: "server", subject, names, authority };

test("facts, in the words of libvirt", () => {
  expect(certificateFacts(certificate("server"))).toEqual({
    fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    names: ["hv-a", "10.77.0.11", "fd00::11"],
    notAfter: "2027-01-01T00:00:00.000Z",
    distinguishedName: "O=Example\\, Inc.,OU=pulumi-kvm-live libvirt,CN=10.77.0.11",
  });
});

test.each([undefined, "", "foreign", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])(
  "%j is no certificate",
  (text) => {
    expect(parseCertificate(text)).toBeUndefined();
  },
);

test.each<[string, Partial<WantedCertificate>, string[]]>([
  ["server", {}, []],
  ["client", { role: "client", names: [] }, []],
  ["strange", {}, ["was not signed by the authority"]],
  ["signing", {}, ["does not permit signing and key encipherment"]],
  ["server", { role: "client" }, ["is not a client's certificate"]],
  ["server", { names: ["hv-b"] }, ["is for 10.77.0.11, fd00::11, hv-a instead of hv-b"]],
  [
    "client",
    { role: "client", names, subject: { ...subject, commonName: "hv-b" } },
    [
      "belongs to O=Example\\, Inc.,OU=pulumi-kvm-live libvirt,CN=10.77.0.11",
      "is for no name instead of 10.77.0.11, fd00::11, hv-a",
    ],
  ],
])("%s, asked for with %j", (name, wanted, problems) => {
  expect(certificateProblems(certificate(name), { ...server, ...wanted })).toEqual(problems);
});

test("an authority is ours, and has its own key", () => {
  expect(authorityProblems(authority, fixture("ca.pub"))).toEqual([]);
  expect(authorityProblems(authority, fixture("host.pub"))).toEqual(["does not belong to the authority's key"]);
  expect(authorityProblems(certificate("server"), fixture("host.pub"))).toEqual(["is not of this authority"]);
});

test("a key and its certificate", () => {
  expect(belongsTo(certificate("server"), fixture("host.pub"))).toBe(true);
  expect(belongsTo(certificate("server"), fixture("ca.pub"))).toBe(false);
  expect(belongsTo(certificate("server"), "")).toBe(false);
  expect([isOwnCertificate(certificate("client")), isOwnCertificate(undefined)]).toEqual([true, false]);
});

test.each<[string, number, number, string[]]>([
  ["2026-06-01", 365, 30, []],
  ["2026-12-02", 365, 30, ["expires on 2027-01-01"]],
  ["2028-01-01", 365, 30, ["expires on 2027-01-01"]],
  ["2026-06-01", 90, 30, ["expires on 2027-01-01 only, more than 90 days from now"]],
  ["2025-12-31", 400, 30, ["is not valid yet"]],
])("on %s, for %i days, renewed %i days before", (now, validityDays, renewBeforeDays, problems) => {
  expect(lifetimeProblems(certificate("server"), { now: new Date(now), validityDays, renewBeforeDays })).toEqual(
    problems,
  );
});

test("no certificate outlives its authority; clocks may be a day behind", () => {
  const now = new Date("2026-01-10");
  expect(validityFrom(now, 10)).toEqual({ notBefore: new Date("2026-01-09"), notAfter: new Date("2026-01-20") });
  expect(validityFrom(now, 10, new Date("2026-01-15")).notAfter).toEqual(new Date("2026-01-15"));
});

test("the name of a certificate as libvirtd's list has it", () => {
  expect(allowedDn(subject)).toBe("O=Example?, Inc.,OU=pulumi-kvm-live libvirt,CN=10.77.0.11");
  expect(allowedDnOf(certificate("client"))).toBe(allowedDn(subject));
});

test("one block out of an answer", () => {
  const key = fixture("host.pub");
  expect(pemIn(`noise\n${key}${fixture("ca.pem")}${fixture("server.pem")}`, "CERTIFICATE")).toBe(fixture("ca.pem"));
  expect(pemIn("", "CERTIFICATE")).toBeUndefined();
});
