import { controlUri, migrateCommand } from "../../../../provider/libvirt/migration/command";
import { isEncrypted, type MigrationOptions } from "../../../../provider/libvirt/migration/options";
import type { Candidate } from "../../../../provider/placement/observe/candidate";
import { defaultMigration } from "../../../../provider/resources/domain-placement/migration-inputs";

const to = { name: "b", address: "10.0.0.2", port: 22 } as Candidate;
const command = (options: Partial<MigrationOptions> = {}, destination = to) =>
  migrateCommand({ uuid: "u", name: "n" }, destination, { ...defaultMigration, ...options }).join(" ");

test("by default it is live, peer to peer, persistent there, undefined here, and encrypted", () => {
  expect(command()).toBe(
    "virsh --connect qemu:///system migrate --live --p2p --persistent --undefinesource --tls --migrateuri tcp://10.0.0.2 --domain u --desturi qemu+tls://10.0.0.2/system",
  );
});

test.each<[string, Partial<MigrationOptions>, RegExp]>([
  ["direct", { control: "direct" }, /migrate --live --persistent/],
  ["tunnelled, where QEMU makes no connection", { data: "tunnelled" }, /--undefinesource --tunnelled --domain u/],
  ["plain", { data: "plain" }, /--undefinesource --migrateuri/],
  ["transient", { persistent: false, undefineSource: false }, /--live --p2p --tls/],
  ["bandwidth", { bandwidthMiBps: 5 }, / --bandwidth 5 /],
  ["parallel", { parallelConnections: 3 }, / --parallel --parallel-connections 3 /],
  [
    "xbzrle, with its cache in bytes",
    { compression: { method: "xbzrle", cacheMiB: 2 } },
    / --compressed --comp-methods xbzrle --comp-xbzrle-cache 2097152 /,
  ],
  ["mt", { compression: { method: "mt", level: 3 } }, / --comp-methods mt --comp-mt-level 3 /],
  ["zstd", { compression: { method: "zstd", level: 19 }, parallelConnections: 2 }, / --comp-zstd-level 19 /],
  ["auto-converge", { autoConverge: true }, / --auto-converge --/],
  [
    "auto-converge, tuned",
    { autoConverge: { initialPercent: 30, incrementPercent: 5 } },
    / --auto-converge --auto-converge-initial 30 --auto-converge-increment 5 /,
  ],
  ["post-copy", { postCopy: { when: "when-stalled", bandwidthMiBps: 7 } }, / --postcopy --postcopy-bandwidth 7 /],
  [
    "disks",
    { copyStorage: { mode: "all", disks: ["vda", "vdb"], sourceImages: "keep" } },
    / --copy-storage-all --migrate-disks vda,vdb /,
  ],
  [
    "disks, top layer only",
    { copyStorage: { mode: "incremental", disks: ["vda"], sourceImages: "keep" } },
    / --copy-storage-inc --migrate-disks vda /,
  ],
])("%s", (_, options, expected) => expect(command(options)).toMatch(expected));

test("autoConverge: false asks for none", () => expect(command({ autoConverge: false })).not.toMatch(/converge/));

test.each([
  ["qemu+tls", "qemu+tls://10.0.0.2/system"],
  ["qemu+tcp", "qemu+tcp://10.0.0.2/system"],
  ["qemu+ssh", "qemu+ssh://root@10.0.0.2/system"],
  ["qemu+tls://hv-b.example:1/system", "qemu+tls://hv-b.example:1/system"],
])("%s is completed to %s", (uri, expected) => expect(controlUri(to, { uri })).toBe(expected));

test("an address and a port of its own are kept to, IPv6 in brackets", () => {
  expect(controlUri({ ...to, address: "fe80::1", port: 2222 }, { uri: "qemu+ssh" })).toBe(
    "qemu+ssh://root@[fe80::1]:2222/system",
  );
  expect(command({}, { ...to, address: "fe80::1" })).toMatch(/tcp:\/\/\[fe80::1\] .*qemu\+tls:\/\/\[fe80::1\]\/system/);
});

test("on a network of its own, QEMU is told whose certificate to expect", () => {
  const apart = { ...to, migrationAddress: "10.1.0.2" };
  expect(command({}, apart)).toMatch(/--tls --tls-destination 10\.0\.0\.2 --migrateuri tcp:\/\/10\.1\.0\.2 /);
  expect(command({ data: "plain" }, apart)).not.toMatch(/--tls/);
  expect(command({ migrateUri: "tcp://10.2.0.2:49200" }, apart)).toMatch(/--migrateuri tcp:\/\/10\.2\.0\.2:49200 /);
});

test.each<[Partial<MigrationOptions>, boolean]>([
  [{}, true],
  [{ data: "plain" }, false],
  [{ data: "tunnelled" }, true],
  [{ data: "tunnelled", uri: "qemu+ssh" }, true],
  [{ data: "tunnelled", uri: "qemu+tcp://10.0.0.2/system" }, false],
  [{ uri: "qemu+tcp" }, true],
])("%j is encrypted: %s", (options, expected) =>
  expect(isEncrypted({ ...defaultMigration, ...options })).toBe(expected),
);
