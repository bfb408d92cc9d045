import { written } from "../../../provider/libvirt/daemon/keys";
import { inputsInState } from "../../../provider/lifecycle/inputs";
import { libvirtTlsPki } from "../../../provider/resources/libvirt-tls-pki/definition";
import { settingsOf } from "../../../provider/resources/libvirt-tls-pki/observe";
import { removedHosts } from "../../../provider/resources/shared/many-hosts";

const base = { authority: { name: "a", address: "10.0.0.1" }, hosts: { a: { address: "10.0.0.1" } } };
const outside = { libvirt: { certificates: "x" }, qemu: { certificates: "y" } };
const four = { libvirtServer: "x", libvirtClient: "x", qemuServer: "x", qemuClient: "x" };
const problems = (args: Record<string, unknown>) =>
  (libvirtTlsPki.schema.safeParse({ ...base, ...args }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

test("defaults", () => {
  expect(libvirtTlsPki.schema.parse(base)).toEqual({
    ...base,
    organization: "pulumi-kvm-live",
    validityDays: 825,
    authorityValidityDays: 3650,
    authorityGeneration: 1,
    renewBeforeDays: 30,
    keyType: "RSA 3072",
    libvirtd: {},
    adopt: false,
  });
});

test.each(["Example", "Example, Inc. (R&D)", "a", "It's + more = all/that_@home"])("%j is an organization", (name) => {
  expect(problems({ organization: `${name}.` })).toEqual([]);
});

test("names with a comma can be written to libvirtd.conf, which has no way to write a backslash", () => {
  const args = libvirtTlsPki.schema.parse({ ...base, organization: "A, B", allowedDns: ["O=Example\\, Inc,CN=x"] });
  const { value } = written(settingsOf(args)).find(({ name }) => name === "tls_allowed_dn_list") ?? {};
  expect(value).toBe('["O=A?, B,OU=pulumi-kvm-live libvirt,CN=10.0.0.1", "O=Example?, Inc,CN=x"]');
});

test.each(["", 'a"b', "a\nca", "$(reboot)", "`id`", "../x", "a\\", " a", "-x", "x".repeat(300), "é", "a\0b"])(
  "%j is none",
  (organization) => {
    expect(problems({ organization }).join()).toMatch(/^organization: must /);
  },
);

test.each<[Record<string, unknown>, string]>([
  [{ hosts: {} }, "hosts: must have a Host"],
  [{ hosts: { a: { address: "x" }, b: { address: "x" } } }, "hosts: must not name an address twice"],
  [{ validityDays: 30 }, "renewBeforeDays: must be less than validityDays and authorityValidityDays"],
  [{ authorityValidityDays: 100 }, "authorityValidityDays: must not be less than validityDays"],
  [{ validityDays: 1.5 }, "validityDays: must be a whole number of days: for certificates"],
  [{ keyType: "ECDSA" }, "keyType: must be RSA 3072: libvirt before 11.6 supports no other"],
  [{ allowedDns: ['a"]'] }, "allowedDns.0: must not have quotes or control characters"],
  [{ libvirtd: { unixSockGroup: "a\nb" } }, "libvirtd.unixSockGroup: must be the name of a group"],
  [
    { libvirtd: { unixSockRwPerms: "rw" } },
    "libvirtd.unixSockRwPerms: must be octal permissions as text, such as 0770",
  ],
  [{ libvirtd: { tlsPort: 0 } }, "libvirtd.tlsPort: must be 1 to 65535"],
  [{ libvirtd: { authTcp: "kerberos" } }, "libvirtd.authTcp: must be none or sasl"],
  [{ libvirtd: { listenTcp: true, tcpPort: 16514 } }, "libvirtd.tcpPort: must not be the same as tlsPort"],
])("%j is refused", (args, problem) => {
  expect(problems(args)).toContain(problem);
});

test.each<[Record<string, unknown>, string]>([
  [{ authority: undefined }, "authority: is missing: give a Host, or externalAuthority with its certificates"],
  [{ certificates: {} }, "certificates: are those of an externalAuthority, which is missing"],
  [{ externalAuthority: outside }, "authority: must not be given beside externalAuthority: there is one authority"],
  [
    { authority: undefined, externalAuthority: outside },
    "certificates: is missing: externalAuthority's certificates of all hosts, by their names",
  ],
  [
    { authority: undefined, externalAuthority: outside, certificates: { a: four } },
    "certificates.a.qemuClient: must be a certificate in PEM: -----BEGIN CERTIFICATE-----",
  ],
  [
    { authority: undefined, externalAuthority: { libvirt: {} } },
    "externalAuthority.libvirt.certificates: must be text: certificates in PEM",
  ],
])("an authority of one kind: %#", (args, problem) => {
  expect(problems(args)).toContain(problem);
});

test("what has ended meanwhile is still understood in the state", () => {
  const inState = { ...base, authority: undefined, externalAuthority: outside, certificates: { a: four } };
  const { args } = inputsInState(libvirtTlsPki.schema, inState);
  expect(args.certificates).toEqual(inState.certificates);
});

test("another authority is another resource; another way to the same one is not", () => {
  const olds = libvirtTlsPki.schema.parse(base);
  const other = { ...olds, authority: { ...base.authority, address: "10.0.0.9" } };
  expect(libvirtTlsPki.objections?.(olds, other)).toMatchObject([{ property: "authority" }]);
  expect(libvirtTlsPki.objections?.(olds, { ...olds, authority: { ...base.authority, port: 2222 } })).toEqual([]);
});

test("hosts that have left, by address", () => {
  const known = { a: { address: "1" }, b: { address: "2" }, c: { address: "3" } };
  const hosts = { a: { address: "9" }, renamed: { address: "2" } };
  expect(removedHosts(known, { hosts })).toEqual({ "a (1)": { address: "1" }, c: { address: "3" } });
});
