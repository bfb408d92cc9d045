/** Pure: the TCP ports of a destination that a move needs, by its way and by qemu.conf there. */
import type { Candidate } from "../../placement/observe/candidate";
import { controlUri, dataUri } from "./command";
import { type MigrationOptions, transportOf } from "./options";

/** Values in qemu.conf, as `activeSettings` has them. */
type QemuConf = ReadonlyMap<string, string>;

export interface NeededPorts {
  lowest: number;
  highest: number;
  /** The setting that says so, for messages. */
  setting: string;
}

const defaultPorts = { lowest: 49152, highest: 49215 };

/** Of QEMU's stream, and of disks that are copied along. @returns undefined where both go through libvirt's own connection */
export function portsOfStream(to: Candidate, options: MigrationOptions, qemuConf: QemuConf): NeededPorts | undefined {
  if (options.data === "tunnelled") return undefined;
  const { port } = new URL(dataUri(to, options));
  const number = (key: string, otherwise: number) => Number(qemuConf.get(key) ?? otherwise);
  if (port !== "") return { lowest: Number(port), highest: Number(port), setting: "migration.migrateUri" };
  return {
    lowest: number("migration_port_min", defaultPorts.lowest),
    highest: number("migration_port_max", defaultPorts.highest),
    setting: "migration_port_min and _max in qemu.conf",
  };
}

/** @see https://libvirt.org/remote.html */
const defaultPort: Record<string, number> = { "qemu+tls": 16514, "qemu+tcp": 16509, "qemu+ssh": 22 };

/** Of libvirt's own connection. */
function portOfConnection(to: Candidate, options: MigrationOptions): NeededPorts {
  const { port } = new URL(controlUri(to, options));
  const number = port === "" ? (defaultPort[transportOf(options)] ?? 0) : Number(port);
  return { lowest: number, highest: number, setting: "migration.uri" };
}

/** Of a move as a whole. */
export const portsOfMove = (to: Candidate, options: MigrationOptions, qemuConf: QemuConf): NeededPorts[] => [
  portOfConnection(to, options),
  ...[portsOfStream(to, options, qemuConf)].flatMap((ports) => ports ?? []),
];
