import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../lab/paths";
import { type Feature, type FeatureName, features, has } from "../../../provider/libvirt/features";
import { migrateCommand, resumeCommand } from "../../../provider/libvirt/migration/command";
import type { Candidate } from "../../../provider/placement/observe/candidate";
import { defaultMigration } from "../../../provider/resources/domain-placement/migration-inputs";
import { isAtLeast } from "../../../provider/util/version";
import { fixture } from "../../fixtures/read";

const all = Object.entries<Feature>(features) as [FeatureName, Feature][];

test.each<[release: string, libvirt: string, qemu: string, lacks: FeatureName[]]>([
  [
    "Ubuntu 22.04",
    "8.0.0",
    "6.2.0",
    [
      "multifd compression",
      "post-copy of parallel connections",
      "resumed post-copy",
      "post-copy without a sysctl",
      "kept TPM",
    ],
  ],
  [
    "Debian 12",
    "9.0.0",
    "7.2.22",
    ["multifd compression", "post-copy of parallel connections", "post-copy without a sysctl"],
  ],
  ["Ubuntu 24.04", "10.0.0", "8.2.2", ["post-copy of parallel connections", "post-copy without a sysctl"]],
  [
    "Debian 13",
    "11.3.0",
    "10.0.13",
    ["multi-threaded compression", "post-copy of parallel connections", "resumed post-copy"],
  ],
  ["libvirt 12.8, QEMU 11.1", "12.8.0", "11.1.3", ["multi-threaded compression"]],
  ["one that does not say what it has", "", "", all.map(([name]) => name)],
])("what %s lacks", (_, libvirtVersion, qemuVersion, lacks) => {
  const lacking = all.filter(([, feature]) => !has(feature, { libvirtVersion, qemuVersion })).map(([name]) => name);
  expect(lacking.sort()).toEqual([...lacks].sort());
});

test("docs/migration.md has the table, with the same releases", () => {
  const rows = readFileSync(join(repository, "docs/migration.md"), "utf8").split("\n");
  for (const [name, { product, since, until, broken, without }] of all) {
    const row = rows.find((line) => line.startsWith(`| ${name} `)) ?? "";
    expect(row).toContain(`${product} ${since}`);
    expect(row).toMatch(without === "differs" ? /\| works with/ : /refused/);
    for (const release of [until, ...(broken ?? [])].filter((one) => one !== undefined)) expect(row).toContain(release);
  }
});

/** All that the provider asks virsh for. */
const asked: Record<string, string[]> = {
  define: ["--validate"],
  create: ["--validate"],
  undefine: ["--keep-nvram", "--keep-tpm"],
  start: [],
  resume: [],
  suspend: [],
  autostart: ["--disable"],
  destroy: [],
  shutdown: [],
  domstate: ["--domain", "--reason"],
  dominfo: [],
  domjobinfo: ["--domain", "--rawstats", "--completed", "--keep-completed"],
  domjobabort: [],
  dumpxml: ["--domain", "--inactive"],
  "snapshot-list": ["--name"],
  "checkpoint-list": ["--name"],
  list: ["--all", "--uuid", "--name", "--with-snapshot", "--with-checkpoint"],
  metadata: ["--uri", "--key", "--set", "--live", "--config"],
  migrate: optionsOfMoves(),
  "migrate-postcopy": [],
  "migrate-getmaxdowntime": [],
  "migrate-setmaxdowntime": [],
  event: ["--event", "--timeout"],
  domcapabilities: ["--virttype", "--arch", "--machine", "--emulatorbin"],
  "hypervisor-cpu-compare": ["--virttype", "--arch", "--machine", "--emulator", "--error"],
  "hypervisor-cpu-baseline": ["--virttype", "--arch", "--machine", "--emulator", "--migratable", "--features"],
  version: ["--daemon"],
  uri: [],
  "vol-path": ["--pool"],
  "net-list": ["--name"],
  "secret-list": [],
  "nwfilter-dumpxml": [],
  echo: [],
};

function optionsOfMoves(): string[] {
  const to = { name: "b", address: "10.0.0.2", port: 22, migrationAddress: "10.1.0.2" } as Candidate;
  const domain = { uuid: "u", name: "n" };
  const autoConverge = { initialPercent: 1, incrementPercent: 1 };
  const rest = { autoConverge, postCopy: { when: "when-stalled", bandwidthMiBps: 1 }, bandwidthMiBps: 1 } as const;
  const copyStorage = { mode: "all", disks: ["vda"], sourceImages: "keep" } as const;
  const moves = (["zlib", "zstd", "mt", "xbzrle"] as const).map((method) => {
    const compression = { method, level: 1, ...(method === "xbzrle" && { level: undefined, cacheMiB: 1 }) };
    return migrateCommand(domain, to, {
      ...defaultMigration,
      ...rest,
      copyStorage,
      parallelConnections: 2,
      compression,
    });
  });
  const incremental = { ...defaultMigration, copyStorage: { ...copyStorage, mode: "incremental" as const } };
  const others = [migrateCommand(domain, to, incremental), resumeCommand(domain, to, defaultMigration)];
  const tunnelled = migrateCommand(domain, to, { ...defaultMigration, data: "tunnelled" });
  const options = [...moves, ...others, tunnelled].flat().filter((word) => word.startsWith("--"));
  return [...new Set(options)].filter((option) => option !== "--connect");
}

/**
 * Captured: the synopses that `virsh help COMMAND` of Debian 11 (7.0.0), 12 (9.0.0), 13 (11.3.0) and sid (12.8.0) prints. An
 * option that a release has, all later ones have: so Ubuntu 22.04's 8.0.0 has what 7.0.0 has, and Ubuntu 24.04's 10.0.0 what
 * 9.0.0 has. That what came between them is not in 8.0.0 was read in libvirt's NEWS.
 */
test.each(["7.0.0", "9.0.0", "11.3.0", "12.8.0"])(
  "virsh %s takes all that it is asked for, or the table says what not",
  (version) => {
    const synopses = new Map(
      fixture(`virsh-${version}-synopses.txt`)
        .split("\n")
        .map((line) => [line.split(" ")[0] ?? "", line] as const),
    );
    const takes = (command: string, option: string) =>
      new RegExp(`(${option}|<${option.slice(2)}>)[\\] ]`).test(`${synopses.get(command)} `);
    for (const [command, options] of Object.entries(asked)) {
      expect([...synopses.keys()]).toContain(command);
      const refused = options.filter((option) => !takes(command, option));
      const newer = all.flatMap(([, { virsh, since }]) =>
        virsh?.command === command && !isAtLeast(version, since) ? virsh.options : [],
      );
      expect([command, refused.sort()]).toEqual([command, [...newer].sort()]);
    }
  },
);

/** Beside virsh's own options, those of other programs in the same lines, and what a message tells an operator to type. */
const others = [
  ["--connect", "--readonly", "--help", "--version"], // virsh's own
  ["--quiet", "--unit"], // systemctl, journalctl
  ["--force-share", "--output"], // qemu-img
  ["--ignore-fail-on-non-empty", "--reference", "--clear-groups", "--reuid", "--regid", "--port"],
  ["--metadata", "--eject", "--abort", "--pivot", "--migration"], // what a message tells an operator to type
  ["--permanent", "--add-rich-rule", "--reload", "--dport"], // of firewalls, in a message
  ["--print-capabilities", "--listen"], // swtpm, systemd-socket-activate
].flat();

test("no option of virsh is missing above", () => {
  const files = ["provider/libvirt", "provider/placement"].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|sh)$/.test(name))
      .map((name) => readFileSync(join(repository, folder, name), "utf8")),
  );
  // A shell's `ask`, `virsh_here` and `set --` hand on what virsh gets.
  const lines = files.flatMap((text) =>
    text.split("\n").filter((line) => /\b(virsh|virsh_here|ask|set --)/.test(line)),
  );
  const named = lines.flatMap((line) => line.match(/--[a-z][a-z-]*[a-z]/g) ?? []);
  const known = new Set([...Object.values(asked).flat(), ...others]);
  expect(named.length).toBeGreaterThan(30);
  expect([...new Set(named)].filter((option) => !known.has(option))).toEqual([]);
});
