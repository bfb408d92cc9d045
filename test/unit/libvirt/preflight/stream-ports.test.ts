import { namesOfMove, streamPorts } from "../../../../provider/libvirt/preflight/stream-ports";
import type { Candidate } from "../../../../provider/placement/observe/candidate";
import { defaultMigration } from "../../../../provider/resources/domain-placement/migration-inputs";

const hvB = { name: "hv-b", address: "hv-b.example", port: 22, maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
const to = hvB as unknown as Candidate; // nothing is asked
const conf = (pairs: Record<string, string> = {}) => ({ qemuConf: new Map(Object.entries(pairs)) });

test("the range of qemu.conf, at all addresses or the one that it names", () => {
  const setting = "migration_port_min and _max in qemu.conf";
  const address = "hv-b.example";
  expect(streamPorts(to, defaultMigration, conf())).toEqual({
    ...{ address, setting },
    ...{ listenAddress: "", lowest: 49152, highest: 49215 },
  });
  const own = conf({ migration_port_min: "50000", migration_port_max: "50010", migration_address: '"10.0.1.12"' });
  expect(streamPorts({ ...to, migrationAddress: "10.0.1.12" }, defaultMigration, own)).toEqual({
    ...{ address: "10.0.1.12", setting },
    ...{ listenAddress: "10.0.1.12", lowest: 50000, highest: 50010 },
  });
});

test("a port that is given, and none for a tunnel", () => {
  const migrateUri = "tcp://[fd00::12]:5000";
  expect(streamPorts(to, { ...defaultMigration, migrateUri }, conf())).toMatchObject({
    ...{ address: "fd00::12", setting: "migration.migrateUri" },
    ...{ lowest: 5000, highest: 5000 },
  });
  expect(streamPorts(to, { ...defaultMigration, data: "tunnelled" }, conf())).toBeUndefined();
});

test("names by which the destination is reached, each once, with the property that names it", () => {
  const names = (options: Partial<typeof defaultMigration>, migrationAddress?: string) =>
    namesOfMove({ ...to, migrationAddress }, { ...defaultMigration, ...options }).map(
      ({ name, subject }) => `${name}: ${subject}`,
    );
  expect(names({})).toEqual(["hv-b.example: Host.address"]);
  expect(names({}, "hv-b.storage")).toEqual(["hv-b.example: Host.address", "hv-b.storage: Host.migrationAddress"]);
  expect(names({ data: "tunnelled" }, "hv-b.storage")).toEqual(["hv-b.example: Host.address"]);
  expect(names({ uri: "qemu+ssh://root@b/system", migrateUri: "tcp://c" })).toEqual([
    "b: migration.uri",
    "c: migration.migrateUri",
  ]);
});
