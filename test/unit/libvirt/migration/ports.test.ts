import { portsOfMove } from "../../../../provider/libvirt/migration/ports";
import type { Candidate } from "../../../../provider/placement/observe/candidate";
import { defaultMigration } from "../../../../provider/resources/domain-placement/migration-inputs";

const to = { name: "b", address: "10.0.0.2", port: 2222 } as Candidate;
const ports = (options: Partial<typeof defaultMigration>, conf: [string, string][] = []) =>
  portsOfMove(to, { ...defaultMigration, ...options }, new Map(conf)).map(({ lowest, highest }) =>
    lowest === highest ? lowest : `${lowest}-${highest}`,
  );

test.each<[Parameters<typeof ports>, (number | string)[]]>([
  [[{}], [16_514, "49152-49215"]],
  [[{ uri: "qemu+tcp" }], [16_509, "49152-49215"]],
  [[{ uri: "qemu+ssh" }], [2222, "49152-49215"]],
  [[{ uri: "qemu+ssh://root@hv-b.example/system", data: "tunnelled" }], [22]],
  [[{ uri: "qemu+tls://hv-b.example:16999/system" }], [16_999, "49152-49215"]],
  [[{ migrateUri: "tcp://10.1.0.2:5000" }], [16_514, 5000]],
  [
    [
      {},
      [
        ["migration_port_min", "50000"],
        ["migration_port_max", "50010"],
      ],
    ],
    [16_514, "50000-50010"],
  ],
])("%j needs %j", (args, expected) => expect(ports(...args)).toEqual(expected));
