/** Gives libvirtd new settings. Guests do not notice; a migration would, so {@link jobsOn} is asked first. */

import { CommandFailed } from "../../host/errors";
import { removeFile, writeTextFile } from "../../host/files";
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile, sh } from "../../host/script";
import { retryUntil } from "../../util/policy";
import type { Switch } from "./differences";
import { type DaemonFacts, localSockets } from "./inspect";
import { confPath, dropInPath, tcpSocket, tlsSocket } from "./settings";

const staged = "/etc/libvirt/.libvirtd.conf.pulumi-kvm-live";

const holdClients = scriptFile(__dirname, "hold-clients.sh");

/**
 * Where only the file differs, the service is restarted, its sockets stay open, and who connects meanwhile waits there.
 * Otherwise: systemd refuses to start a socket while its service runs, and any client would start the service through
 * another socket: so all of them rest for a moment. The file is renamed meanwhile: a daemon never runs with settings
 * other than those in its file. When libvirtd does not come up, the old file and the local sockets are put back.
 */
const script = sh`# shellcheck disable=SC2086 # lists of units are meant to be split
${holdClients}${scriptFile(__dirname, "switch.sh")}`;

const update = sh`${holdClients}
hold_clients
admin server-update-tls libvirtd`;

export async function switchDaemon(
  host: RemoteHost,
  daemon: DaemonFacts,
  change: Switch,
  signal: AbortSignal,
): Promise<void> {
  for (const [unit, text] of change.dropIns) await syncDropIn(host, dropInPath(unit), text);
  const { owner = "root", group = "root", mode = "644" } = daemon.conf ?? {};
  const isWritten = change.conf !== undefined && change.conf !== "remove";
  if (isWritten)
    await writeTextFile(host, staged, (change.conf as { text: string }).text, {
      mode: Number.parseInt(mode, 8),
      owner,
      group,
    });
  const action = change.conf === undefined ? "keep" : isWritten ? "write" : "remove";
  const lists = [change.enable, change.disable, change.start].map((units) => units.join(" "));
  const values = [staged, confPath, action, ...lists, socketsStay(daemon, change) ? "yes" : "no"];
  await runScript(host, script, values, { signal, timeoutMs: 300_000 });
}

/** True when all sockets are as they have to be, and only the file is not. */
function socketsStay({ units }: DaemonFacts, { dropIns, enable, disable, start }: Switch): boolean {
  const isOn = (unit: string) => units.get(unit)?.isActive === true;
  const local = localSockets.filter((unit) => unit === "libvirtd.socket" || units.get(unit)?.fileState === "enabled");
  const isNetworkRight = [tlsSocket, tcpSocket].every((unit) => isOn(unit) === start.includes(unit));
  const nothingElse = dropIns.size + enable.length + disable.length === 0;
  return nothingElse && isNetworkRight && [...local, "libvirtd.service"].every(isOn);
}

async function syncDropIn(host: RemoteHost, path: string, text: string | undefined): Promise<void> {
  if (text !== undefined) {
    await runScript(host, sh`mkdir -p -- "$(dirname -- "$1")"`, [path]);
    return writeTextFile(host, path, text, { mode: 0o644 });
  }
  await removeFile(host, path);
  await runScript(host, sh`d=$(dirname -- "$1"); [ ! -d "$d" ] || rmdir --ignore-fail-on-non-empty -- "$d"`, [path]);
}

/**
 * Lets the running daemon read its certificates again; connections stay. It reads them from the default paths only. libvirt
 * frees the earlier ones although a client in its handshake still uses them, and may crash of it: so new clients are held
 * back meanwhile, and a daemon that has crashed, and that systemd has started anew, is told again.
 *
 * @see https://libvirt.org/manpages/virt-admin.html#server-update-tls
 */
export async function updateTls(host: RemoteHost, signal: AbortSignal): Promise<void> {
  const tell = async () => {
    await runScript(host, update, [], { signal });
  };
  const after = (error: Error) => error instanceof CommandFailed && hasCrashed(error.stderr);
  await retryUntil(tell, { everyMs: 1000, timeoutMs: 60_000, signal, after });
}

/** Pure: whether this is how virt-admin ends when its daemon does. */
const hasCrashed = (said: string): boolean =>
  /End of file while reading data|Failed to connect socket|Connection reset by peer|Connection refused/.test(said);

const jobs = scriptFile(__dirname, "jobs.sh");

/** Domains with a job that a restart of the daemon would end: a migration, a backup, a dump. */
export async function jobsOn(host: RemoteHost, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await runScript(host, jobs, [], { signal });
  return stdout.split("\n").filter(Boolean);
}
