/** Pure: where the stream of a move goes, by libvirt's settings on the destination. */
import type { Candidate } from "../../placement/observe/candidate";
import type { StreamPorts } from "../../placement/preflight/migration-ports";
import type { UsedName } from "../../placement/preflight/names";
import { hostOf } from "../connectivity/uri";
import { controlUri, dataUri } from "../migration/command";
import type { MigrationOptions } from "../migration/options";
import { portsOfStream } from "../migration/ports";
import type { LibvirtFacts } from "./libvirt-facts";

/** @returns undefined where the stream goes through libvirt's own connection */
export function streamPorts(
  to: Candidate,
  options: MigrationOptions,
  { qemuConf }: Pick<LibvirtFacts, "qemuConf">,
): StreamPorts | undefined {
  const ports = portsOfStream(to, options, qemuConf);
  return (
    ports && {
      ...ports,
      address: hostOf(dataUri(to, options)),
      listenAddress: qemuConf.get("migration_address")?.replaceAll('"', "") ?? "",
    }
  );
}

/** The names by which the source reaches the destination: libvirt's connection, and QEMU's stream. */
export function namesOfMove(to: Candidate, options: MigrationOptions): UsedName[] {
  const control = hostOf(controlUri(to, options));
  const stream = options.data === "tunnelled" ? control : hostOf(dataUri(to, options));
  const ofUri = { subject: options.uri.includes(":") ? "migration.uri" : "Host.address" };
  const ofStream = { subject: options.migrateUri ? "migration.migrateUri" : "Host.migrationAddress" };
  return [
    {
      name: control,
      what: `where libvirt on ${to.name} is reached`,
      instead: `set ${ofUri.subject} to an IP address`,
      ...ofUri,
    },
    ...(stream === control
      ? []
      : [
          {
            name: stream,
            what: `where QEMU's stream to ${to.name} goes`,
            instead: `set ${ofStream.subject} to an IP address`,
            ...ofStream,
          },
        ]),
  ];
}
