/** Both ends of a migration stream, by QMP. */
import { migrationOf } from "../qmp/monitor";
import type { Qmp } from "../qmp/session";
import type { QemuMigrationOptions } from "./options";
import {
  capabilities,
  connectUri,
  destinationParameters,
  listenUri,
  sourceParameters,
  tlsAuthzId,
  tlsCredsId,
} from "./parameters";

/**
 * Makes the destination listen.
 *
 * @param address an address of the destination
 * @param subject of the certificate that the source shows: with TLS nobody else is let in
 * @returns the port that it listens on
 * @see https://www.qemu.org/docs/master/system/authz.html
 */
export async function startIncoming(
  qmp: Qmp,
  options: QemuMigrationOptions,
  address: string,
  subject: string,
): Promise<string> {
  await qmp.execute("migrate-set-capabilities", { capabilities: capabilities(options) });
  await renewCredentials(qmp, options, "server");
  if (options.tls) await qmp.execute("object-add", { "qom-type": "authz-simple", id: tlsAuthzId, identity: subject });
  await qmp.execute("migrate-set-parameters", destinationParameters(options));
  await qmp.execute("migrate-incoming", { uri: listenUri(address, options.ports) });
  return portOf(qmp);
}

/**
 * Makes the source send, which then continues by itself.
 *
 * @param to `tlsHostname` is the name in the destination's certificate
 */
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

/** Makes the destination of a post-copy that lost its connection listen again. @returns the port that it listens on */
export async function recoverIncoming(qmp: Qmp, options: QemuMigrationOptions, address: string): Promise<string> {
  await qmp.execute("migrate-recover", { uri: listenUri(address, options.ports) });
  return portOf(qmp);
}

/** Makes the source of a post-copy that lost its connection send again. */
export async function resumeOutgoing(qmp: Qmp, address: string, port: string): Promise<void> {
  await qmp.execute("migrate", { uri: connectUri(address, port), resume: true });
}

async function portOf(qmp: Qmp): Promise<string> {
  const [listener] = (await migrationOf(qmp))["socket-address"] ?? [];
  if (!listener) throw new Error("QEMU listens for a migration, but does not tell its port.");
  return listener.port;
}

/** QEMU reads certificates when the object is created, and those of an earlier attempt may have been renewed since. */
async function renewCredentials(qmp: Qmp, { tls, tlsCredsDir }: QemuMigrationOptions, endpoint: "server" | "client") {
  if (!tls) return;
  await qmp.execute("migrate-set-parameters", { "tls-creds": "" });
  await qmp.execute("object-del", { id: tlsCredsId }).catch(() => {}); // absent at the first attempt
  const object = { "qom-type": "tls-creds-x509", id: tlsCredsId, dir: tlsCredsDir, endpoint, "verify-peer": true };
  await qmp.execute("object-add", object);
}
