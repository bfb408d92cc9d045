import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { authorityFindings, trustedBy } from "../../../provider/pki/authority-findings";
import { mergeBaselines, parseBaseline, printBaseline } from "../../../provider/pki/baseline";
import { parseCertificate } from "../../../provider/pki/certificate";
import { hypervisorFindings, isKeyReusable, serverNames } from "../../../provider/pki/findings";
import { type FileFacts, parsePkiFacts } from "../../../provider/pki/observe";
import { foreignFiles } from "../../../provider/pki/ownership";

const fixture = (name: string) => readFileSync(join(__dirname, "../../fixtures/pki", name), "utf8");
const certificate = (name: string) => parseCertificate(fixture(`${name}.pem`)) as X509Certificate;
const authorities = { libvirt: certificate("ca"), qemu: certificate("qemu-ca") };
const trusted = { libvirt: [authorities.libvirt], qemu: [authorities.qemu] };
const rules = {
  organization: "Example, Inc.",
  address: "10.77.0.11",
  othersNames: ["hv-b", "10.77.0.12"],
  validityDays: 400,
  renewBeforeDays: 30,
};

/** A host's answer, line by line, as the script prints it. */
function answer(
  changes: Record<string, string | undefined> = {},
  head: string[] = [],
): ReturnType<typeof parsePkiFacts> {
  const file = (mode: string, name: string, group = "root") =>
    `${mode} root ${group} ${Buffer.from(fixture(name)).toString("base64")}`;
  const files: Record<string, string | undefined> = {
    "/etc/pki/CA/cacert.pem": file("644", "ca.pem"),
    "/etc/pki/qemu/ca-cert.pem": file("644", "qemu-ca.pem"),
    "/etc/pki/libvirt/servercert.pem": file("644", "server.pem"),
    "/etc/pki/libvirt/private/serverkey.pem": file("600", "host.pub"),
    "/etc/pki/qemu/server-cert.pem": file("644", "qemu-server.pem"),
    "/etc/pki/qemu/server-key.pem": file("640", "qemu-host.pub", "kvm"),
    "/etc/pki/libvirt/clientcert.pem": file("644", "client.pem"),
    "/etc/pki/libvirt/private/clientkey.pem": file("600", "host.pub"),
    "/etc/pki/qemu/client-cert.pem": file("644", "qemu-client.pem"),
    "/etc/pki/qemu/client-key.pem": file("640", "qemu-host.pub", "kvm"),
    ...changes,
  };
  const there = Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));
  const stats = there.map(({ path, text }) => `file ${path} ${text.split(" ").slice(0, 3).join(" ")}`);
  const texts = there.map(({ path, text }) => `==> ${path} <==\n${Buffer.from(text.split(" ")[3] ?? "", "base64")}`);
  const lines = [...stats, ...texts];
  const clock = Date.parse("2026-06-01") / 1000;
  return parsePkiFacts([`hostname hv-a`, `clock ${clock}`, "qemuGroup kvm", ...head, ...lines, ""].join("\n"));
}
const of = (mode: string, name: string, group = "root", ...more: string[]) =>
  `${mode} root ${group} ${Buffer.from([name, ...more].map(fixture).join("")).toString("base64")}`;
/** The fixture has one name more than the host. */
const words = (facts: ReturnType<typeof answer>) =>
  hypervisorFindings(facts, rules, authorities, trusted)
    .filter((finding) => !finding.problem.startsWith("is for"))
    .map(({ path, problem: said, action }) => `${path} ${said}: ${action}`);

test("all is well", () => {
  expect(words(answer())).toEqual([]);
});

test.each<[string, string | undefined, string[]]>([
  ["/etc/pki/libvirt/servercert.pem", undefined, ["is missing: reissue"]],
  ["/etc/pki/libvirt/private/clientkey.pem", undefined, ["is missing: reissue"]],
  ["/etc/pki/qemu/client-key.pem", undefined, ["is missing: reissue"]],
  ["/etc/pki/CA/cacert.pem", of("644", "other.pem"), ["is not the authority's certificate: reinstall"]],
  ["/etc/pki/libvirt/servercert.pem", of("644", "strange.pem"), ["was not signed by the authority: reissue"]],
  [
    "/etc/pki/libvirt/private/serverkey.pem",
    of("644", "host.pub"),
    ["is 644 root:root instead of 600 root:root: reissue"],
  ],
  [
    "/etc/pki/libvirt/private/serverkey.pem",
    of("640", "host.pub", "kvm"),
    ["is 640 root:kvm instead of 600 root:root: reinstall"],
  ],
  [
    "/etc/pki/libvirt/private/serverkey.pem",
    of("600", "ca.pub"),
    ["does not belong to /etc/pki/libvirt/servercert.pem: reissue"],
  ],
  [
    "/etc/pki/qemu/server-key.pem",
    of("640", "ca.pub", "kvm"),
    ["does not belong to /etc/pki/qemu/server-cert.pem: reissue"],
  ],
  [
    "/etc/pki/qemu/client-key.pem",
    of("640", "host.pub", "kvm"),
    ["is libvirt's and QEMU's, who must not have the same: reissue"],
  ],
  [
    "/etc/pki/qemu/client-cert.pem",
    of("644", "client.pem"),
    [
      "was not signed by the authority: reissue",
      "belongs to O=Example\\, Inc.,OU=pulumi-kvm-live libvirt,CN=10.77.0.11: reissue",
    ],
  ],
  [
    "/etc/pki/libvirt/clientcert.pem",
    of("644", "earlier.pem"),
    ["belongs to O=Example\\, Inc.,OU=pulumi-kvm-live,CN=10.77.0.11: reissue"],
  ],
  [
    "/etc/pki/CA/cacert.pem",
    of("644", "ca.pem", "root", "other.pem"),
    ["has other authorities than it should: reinstall"],
  ],
  [
    "/etc/pki/qemu/ca-cert.pem",
    "link root root",
    ["is link root:root instead of 644 root:root: reinstall", "is not the authority's certificate: reinstall"],
  ],
])("%s", (path, text, expected) => {
  const found = words(answer({ [path]: text })).filter((line) => line.startsWith(`${path} `));
  expect(found).toEqual(expected.map((line) => `${path} ${line}`));
});

test("a key stays with its certificate when it is sound", () => {
  const sound = (facts: ReturnType<typeof answer>) =>
    isKeyReusable(
      facts,
      { service: "libvirt", role: "client" },
      rules,
      hypervisorFindings(facts, rules, authorities, trusted),
    );
  expect(sound(answer())).toBe(true);
  expect(sound(answer({ "/etc/pki/libvirt/private/clientkey.pem": of("644", "host.pub") }))).toBe(false);
  expect(sound(answer({ "/etc/pki/qemu/client-key.pem": of("640", "host.pub", "kvm") }))).toBe(false);
  expect(sound(answer({ "/etc/pki/libvirt/clientcert.pem": of("644", "earlier.pem") }))).toBe(false);
  expect(sound(answer({ "/etc/pki/libvirt/private/clientkey.pem": of("600", "ca.pub") }))).toBe(false);
});

test("an authority", () => {
  const wanted = { organization: "Example, Inc.", generation: 1, validityDays: 4000, renewBeforeDays: 30 };
  const key = (name: string) => ({ "/etc/pki/CA/private/cakey.pem": of("600", name) });
  const problems = (facts: ReturnType<typeof answer>, changes = {}, service: "libvirt" | "qemu" = "libvirt") =>
    authorityFindings(facts, service, { ...wanted, ...changes }).map(({ problem: said }) => said);
  expect(problems(answer(key("ca.pub")))).toEqual([]);
  expect(problems(answer())).toContain("is missing");
  expect(problems(answer(key("host.pub")))).toEqual(["does not belong to the authority's key"]);
  expect(problems(answer(key("ca.pub")), { generation: 2 })).toEqual(["is of generation 1 instead of 2"]);
  const qemus = {
    "/etc/pki/CA/qemu-cacert.pem": of("644", "qemu-ca.pem"),
    "/etc/pki/CA/private/qemu-cakey.pem": of("600", "qemu-ca.pub"),
  };
  expect(problems(answer(qemus), {}, "qemu")).toEqual([]);
  expect(problems(answer(qemus, ["renewal yes"]), {}, "qemu")).toEqual([
    "has certified a host that is no longer one of the hosts",
  ]);
});

test("the earlier authority is taken as long as anybody shows a certificate of it", () => {
  const upgraded = answer();
  const earlier = answer({
    "/etc/pki/qemu/ca-cert.pem": of("644", "ca.pem"),
    "/etc/pki/qemu/server-cert.pem": of("644", "server.pem"),
    "/etc/pki/qemu/client-cert.pem": of("644", "client.pem"),
  });
  const at = answer({ "/etc/pki/CA/qemu-cacert.pem": of("644", "qemu-ca.pem") });
  const names = (members: ReturnType<typeof answer>[], meanwhile: boolean) =>
    trustedBy(at, members, trusted, meanwhile).qemu.map(({ subject }) => subject.split("CN=")[1]);
  const [own, libvirts] = ["Example\\, Inc. QEMU authority", "Example\\, Inc. authority"];
  expect(names([earlier, earlier], true)).toEqual([own, libvirts]);
  expect(names([upgraded, earlier], true)).toEqual([own, libvirts]);
  expect(names([upgraded, upgraded], true)).toEqual([own]);
  expect(names([upgraded, earlier], false)).toEqual([own]);
  expect(trustedBy(at, [earlier], trusted, true).libvirt).toHaveLength(1);
  expect(trustedBy(answer({ "/etc/pki/CA/cacert.pem": undefined }), [earlier], trusted, true).qemu).toEqual([
    authorities.qemu,
  ]);
});

test("what is foreign: certificates without our mark, and their keys", () => {
  expect(foreignFiles(answer())).toEqual([]);
  const foreign = `644 root root ${Buffer.from("foreign").toString("base64")}`;
  expect(foreignFiles(answer({ "/etc/pki/qemu/server-cert.pem": foreign }))).toEqual([
    "/etc/pki/qemu/server-cert.pem",
    "/etc/pki/qemu/server-key.pem",
  ]);
  expect(
    foreignFiles(
      answer({ "/etc/pki/CA/private/cakey.pem": of("600", "host.pub"), "/etc/pki/CA/cacert.pem": undefined }),
    ),
  ).toEqual(["/etc/pki/CA/private/cakey.pem"]);
});

test.each([
  ["hv-a", ["hv-a", "10.77.0.11"]],
  ["HV-B", ["10.77.0.11"]],
  ["10.77.0.12", ["10.77.0.11"]],
  ["10.77.0.99", ["10.77.0.11"]],
  ["fd00::99", ["10.77.0.11"]],
  ["localhost", ["10.77.0.11"]],
  ["localhost.localdomain", ["10.77.0.11"]],
  ['x"\nca', ["10.77.0.11"]],
  ["x".repeat(300), ["10.77.0.11"]],
])("a host called %j", (hostname, names) => {
  expect(serverNames({ ...answer(), hostname }, rules)).toEqual(names);
});

test("a host's answer", () => {
  const facts = answer({}, ["folder /etc/pki", "untold yes", `record ${Buffer.from("{}").toString("base64")}`]);
  expect(facts).toMatchObject({
    hostname: "hv-a",
    clock: new Date("2026-06-01"),
    qemuGroup: "kvm",
    folders: ["/etc/pki"],
    baseline: "{}",
    reloadPending: true,
  });
  expect(facts.files.get("/etc/pki/libvirt/servercert.pem")).toMatchObject({
    mode: "644",
    owner: "root",
  } satisfies Partial<FileFacts>);
});

test("what was saved first stays", () => {
  const owner = { urn: "urn:pulumi:dev::shop::kvm:LibvirtTlsPki::tls", uid: "0123abcd" };
  const saved = {
    authority: "a",
    owner: undefined,
    folders: ["/x"],
    units: { s: { enabled: false, active: false } },
    backups: [],
    given: ["A"],
  };
  const now = {
    authority: "a",
    owner,
    folders: ["/y"],
    units: { s: { enabled: true, active: true } },
    backups: ["/z"],
    given: ["B"],
  };
  expect(mergeBaselines(saved, now)).toEqual({
    authority: "a",
    owner,
    folders: ["/x", "/y"],
    units: saved.units,
    backups: ["/z"],
    given: ["B"],
  });
  for (const one of [saved, now]) expect(parseBaseline(printBaseline(one))).toEqual(one);
  expect(Object.keys(JSON.parse(printBaseline(saved)))).toEqual(["authority", "given", "folders", "units", "aside"]);
  for (const text of ["", "{", "[]", "null", '{"authority":1}']) expect(parseBaseline(text)).toBeUndefined();
});
