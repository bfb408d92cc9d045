/** Both ends of a migration stream, by QMP. */

import { migrationOf } from "../monitor";
import type { Qmp } from "../qmp";
import type { QemuMigrationOptions } from "./options";
import { capabilities, connectUri, listenUri, sharedParameters, sourceParameters, tlsCredsId } from "./parameters";

/**
 * The destination listens.
 *
 * @param address one of its own
 * @returns the port that QEMU has found free
 */
export async function startIncoming(qmp: Qmp, options: QemuMigrationOptions, address: string): Promise<string> {
  await qmp.execute("migrate-set-capabilities", { capabilities: capabilities(options) });
  await renewCredentials(qmp, options, "server");
  await qmp.execute("migrate-set-parameters", sharedParameters(options));
  await qmp.execute("migrate-incoming", { uri: listenUri(address, options.ports) });
  return portOf(qmp);
}

/** The source sends; it goes on by itself from here. @param certified what the destination's certificate is for */
export async function startOutgoing(
  qmp: Qmp,
  options: QemuMigrationOptions,
  to: { address: string; port: string; tlsHostname: string },
): Promise<void> {
  await qmp.execute("migrate-set-capabilities", { capabilities: capabilities(options) });
  await renewCredentials(qmp, options, "client");
  await qmp.execute("migrate-set-parameters", sourceParameters(options, to.tlsHostname));
  await qmp.execute("migrate", { uri: connectUri(to.address, to.port) });
}

/** A post-copy that lost its connection gets another one. */
export async function recoverIncoming(qmp: Qmp, options: QemuMigrationOptions, address: string): Promise<string> {
  await qmp.execute("migrate-recover", { uri: listenUri(address, options.ports) });
  return portOf(qmp);
}

export async function resumeOutgoing(qmp: Qmp, address: string, port: string): Promise<void> {
  await qmp.execute("migrate", { uri: connectUri(address, port), resume: true });
}

async function portOf(qmp: Qmp): Promise<string> {
  const [listens] = (await migrationOf(qmp))["socket-address"] ?? [];
  if (!listens) throw new Error("QEMU listens for a migration, and does not say where.");
  return listens.port;
}

/** Certificates are read when the object is made: those of an earlier attempt may have been renewed since. */
async function renewCredentials(qmp: Qmp, { tls, tlsCredsDir }: QemuMigrationOptions, endpoint: "server" | "client") {
  if (!tls) return;
  await qmp.execute("migrate-set-parameters", { "tls-creds": "" });
  await qmp.execute("object-del", { id: tlsCredsId }).catch(() => {}); // it is not there at the first attempt
  const object = { "qom-type": "tls-creds-x509", id: tlsCredsId, dir: tlsCredsDir, endpoint, "verify-peer": true };
  await qmp.execute("object-add", object);
}
