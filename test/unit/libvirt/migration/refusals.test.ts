import {
  noPostCopyResume,
  parseCapabilities,
  type Side,
  unsupported,
} from "../../../../provider/libvirt/migration/capabilities";
import { refusals } from "../../../../provider/libvirt/migration/refusals";
import { printFinding } from "../../../../provider/placement/preflight/finding";
import { defaultMigration, migration } from "../../../../provider/resources/domain-placement/migration-inputs";

const said = (input: unknown) =>
  migration.safeParse(input).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test("nothing is refused by default", () => expect(refusals(defaultMigration)).toEqual([]));

test.each<[object, RegExp]>([
  [{ control: "unmanaged" }, /^control: cannot be unmanaged: no hypervisor .* has it/],
  [{ control: "p2p" }, /^control: must be "peer-to-peer" or "direct"/],
  [{ uri: "qemu+unix" }, /^uri: must be qemu\+tls, qemu\+ssh or qemu\+tcp/],
  [{ uri: "qemu+tls://a/system; reboot" }, /^uri: /],
  [{ migrateUri: "rdma://10.0.0.1" }, /^migrateUri: must be tcp/],
  [{ data: "tunnelled", control: "direct" }, /^data: tunnelled needs control: peer-to-peer/],
  [{ data: "tunnelled", migrateUri: "tcp://10.0.0.1" }, /^migrateUri: cannot be used with data: tunnelled/],
  [{ data: "tunnelled", parallelConnections: 2 }, /^parallelConnections: cannot/],
  [{ data: "tunnelled", postCopy: {} }, /^postCopy: cannot/],
  [{ data: "tunnelled", copyStorage: { disks: ["vda"] } }, /^copyStorage: cannot/],
  [{ parallelConnections: 2, compression: { method: "xbzrle" } }, /^compression.method: xbzrle works on one stream/],
  [{ compression: { method: "zstd" } }, /^compression.method: zstd needs parallelConnections/],
  [{ compression: { method: "xbzrle", level: 1 } }, /^compression.level: xbzrle has no levels/],
  [{ compression: { method: "mt", level: 10 } }, /^compression.level: must be 9 at most for mt/],
  [{ compression: { method: "mt", cacheMiB: 4 } }, /^compression.cacheMiB: mt has no cache/],
  [{ compression: { method: "xbzrle", cacheMiB: 3 } }, /^compression.cacheMiB: must be a power of two/],
  [{ onTimeout: "suspend" }, /^onTimeout: needs timeoutSeconds/],
  [{ timeoutSeconds: 5, onTimeout: "post-copy" }, /^onTimeout: post-copy needs postCopy/],
  [{ undefineSource: false }, /^undefineSource: must be true when persistent is true/],
  [{ persistent: false }, /^undefineSource: must be false when persistent is false/],
  [{ copyStorage: { disks: [] } }, /^copyStorage.disks: must name a disk/],
  [{ copyStorage: { disks: ["vda,vdb"] } }, /^copyStorage.disks.0: must be the target name/],
  [{ bandwidthMiBps: 0.5 }, /^bandwidthMiBps: must be a whole number of MiB\/s/],
  [{ maxDowntimeMs: 0 }, /^maxDowntimeMs: must be 1 or more/],
  [{ autoConverge: { initialPercent: 100 } }, /^autoConverge.*99 at most/],
  [{ bandwith: 1 }, /bandwith/],
])("%j is refused", (input, expected) => expect(said(input).join("\n")).toMatch(expected));

test("all problems come at once", () => {
  expect(said({ data: "tunnelled", parallelConnections: 2, undefineSource: false })).toHaveLength(2);
});

const good: Side = { name: "a", libvirtVersion: "11.3.0", qemuVersion: "11.1.3", userfaultfd: "usable" };

test.each<[object, Partial<Side>, RegExp]>([
  [
    { parallelConnections: 2, compression: { method: "zstd" } },
    { libvirtVersion: "9.0.0" },
    /9\.4 or newer on both hosts, and b has 9\.0\.0/,
  ],
  [{ compression: { method: "mt" } }, { qemuVersion: "10.0.0" }, /no mt since 9\.1, and b has 10\.0\.0/],
  [
    { parallelConnections: 2, postCopy: {} },
    { qemuVersion: "10.0.13" },
    /^migration\.postCopy: .* needs QEMU 10\.1 or newer on both hosts, and b has 10\.0\.13\. Leave one of the two out/,
  ],
  [{ parallelConnections: 2, postCopy: {} }, { qemuVersion: "" }, /and b has one that is not known/],
  [{ postCopy: {} }, { userfaultfd: "none" }, /the kernel of b has none/],
  [{ postCopy: {} }, { userfaultfd: "privileged" }, /on b only root may use it.*vm\.unprivileged_userfaultfd/],
])("%j is refused where the destination is %j", (input, changes, expected) => {
  const options = migration.parse(input);
  const able: Side = options.compression?.method === "mt" ? { ...good, qemuVersion: "9.0.0" } : good;
  expect(unsupported(options, able, { ...able, name: "b" })).toEqual([]);
  const unable = { ...able, name: "b", ...changes };
  expect(unsupported(options, able, unable).map(printFinding).join("\n")).toMatch(expected);
  if (changes.userfaultfd === undefined)
    expect(unsupported(options, unable, able).map(printFinding).join("\n")).toMatch(expected);
});

test("userfaultfd is the destination's business only", () => {
  const options = migration.parse({ postCopy: {} });
  expect(unsupported(options, { ...good, userfaultfd: "none" }, { ...good, name: "b" })).toEqual([]);
});

test.each([
  ["libvirt 9.0.0\nqemu 7.2.22\nsysctl 0\ndevice yes\n", "privileged"],
  ["libvirt 9.0.0\nqemu 7.2.22\nsysctl 1\ndevice yes\n", "usable"],
  ["libvirt 10.1.0\nqemu 8.2\nsysctl 0\ndevice yes\n", "usable"],
  ["libvirt 10.1.0\nqemu 8.2\nsysctl 0\n", "privileged"],
  ["libvirt 11.3.0\nqemu 10.0\n", "none"],
])("%j makes userfaultfd %s", (text, expected) => expect(parseCapabilities(text).userfaultfd).toBe(expected));

test.each([
  ["8.4.0", /has libvirt 8\.4\.0, which cannot resume .* update libvirt on b to 8\.5/],
  ["8.5.0", undefined],
  ["9.0.0", undefined],
  ["11.1.0", undefined],
  ["11.2.0", /has libvirt 11\.2\.0, which crashes .* update libvirt on b to 11\.4/],
  ["11.3.0", /crashes/],
  ["11.4.0", undefined],
])("libvirt %s as the destination of a resumed post-copy: %s", (libvirtVersion, expected) => {
  const refusal = noPostCopyResume({ name: "b", libvirtVersion, qemuVersion: "10.0.0" });
  if (expected) expect(refusal && printFinding(refusal)).toMatch(expected);
  else expect(refusal).toBeUndefined();
});
