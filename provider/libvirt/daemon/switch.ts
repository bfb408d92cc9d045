/** Gives daemons new settings. Guests do not notice; a migration would, so {@link jobsOn} is asked first. */

import { CommandFailed, HostError } from "../../host/errors";
import { removeFile, writeTextFile } from "../../host/files";
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile, sh } from "../../host/script";
import { retryUntil } from "../../util/policy";
import { endOf } from "../../util/printable";
import { revertOnFailure } from "../../util/reverter";
import { inverse, type Switch } from "./differences";
import { type Daemon, flavourOf, networkSocketsOf } from "./flavours";
import type { DaemonFacts } from "./inspect";
import { dropInPath } from "./settings";

/** Beside the file, e.g. `/etc/libvirt/.libvirtd.conf.pulumi-kvm-live`. */
const stagedPath = ({ confPath }: Daemon) => confPath.replace(/[^/]+$/, ".$&.pulumi-kvm-live");

const holdClients = scriptFile(__dirname, "hold-clients.sh");

/** A daemon that does not come up with its new settings. */
export class SettingsRefused extends HostError {
  constructor(host: string, { name }: Daemon, said: string) {
    super(
      host,
      `${host}: ${name} does not start with its new settings, so all that was changed for them was put back. It says:\n${endOf(said)}`,
    );
  }
}

/**
 * Where only the file differs, the service is restarted, its sockets stay open, and who connects meanwhile waits there.
 * Otherwise: systemd refuses to start a socket while its service runs, and any client would start the service through
 * another socket: so all of them rest for a moment. The file is renamed meanwhile: a daemon never runs with settings
 * other than those in its file.
 */
const script = sh`# shellcheck disable=SC2086 # lists of units are meant to be split
${holdClients}${scriptFile(__dirname, "switch.sh")}`;

/** Of {@link script}, when the daemon has its earlier file again. */
const notUp = 3;

export interface DaemonSwitch {
  facts: DaemonFacts;
  change: Switch;
}

/**
 * Switches one daemon after the other. When one does not come up, all of them are as they were.
 *
 * @throws SettingsRefused
 */
export async function switchDaemons(
  host: RemoteHost,
  switches: readonly DaemonSwitch[],
  signal: AbortSignal,
): Promise<void> {
  const isAnswer = (error: unknown) => error instanceof CommandFailed || error instanceof SettingsRefused;
  await revertOnFailure(async (reverter) => {
    for (const { facts, change } of switches) {
      reverter.add(() => switchDaemon(host, facts, inverse(facts, change), signal));
      await switchDaemon(host, facts, change, signal);
    }
  }, isAnswer);
}

async function switchDaemon(host: RemoteHost, facts: DaemonFacts, change: Switch, signal: AbortSignal): Promise<void> {
  const { daemon, units } = facts;
  for (const [unit, text] of change.dropIns) await syncDropIn(host, dropInPath(unit), text);
  const { owner = "root", group = "root", mode = "644" } = facts.conf ?? {};
  const staged = stagedPath(daemon);
  if (typeof change.conf === "object")
    await writeTextFile(host, staged, change.conf.text, { mode: Number.parseInt(mode, 8), owner, group });
  const action = change.conf === undefined ? "keep" : change.conf === "remove" ? "remove" : "write";
  const network = networkSocketsOf(daemon);
  const on = network.filter((unit) => units.get(unit)?.isActive);
  const values = [
    ...[daemon.name, daemon.adminUri, daemon.localSockets.join(" "), network.join(" ")],
    ...[staged, daemon.confPath, action],
    ...[change.enable, change.disable, change.start, on].map((some) => some.join(" ")),
    socketsStay(facts, change) ? "yes" : "no",
  ];
  await runScript(host, script, values, { signal, timeoutMs: 300_000 }).catch((error: Error) => {
    if (error instanceof CommandFailed && error.exitCode === notUp)
      throw new SettingsRefused(error.host, daemon, error.stderr);
    throw error;
  });
}

/** True when all sockets are as they have to be, and only the file is not. */
function socketsStay({ units, daemon }: DaemonFacts, { dropIns, enable, disable, start }: Switch): boolean {
  const isOn = (unit: string) => units.get(unit)?.isActive === true;
  const [main, ...others] = daemon.localSockets;
  const local = [main, ...others.filter((unit) => units.get(unit)?.fileState === "enabled")];
  const isNetworkRight = networkSocketsOf(daemon).every((unit) => isOn(unit) === start.includes(unit));
  const nothingElse = dropIns.size + enable.length + disable.length === 0;
  return nothingElse && isNetworkRight && [...local, daemon.service].every(isOn);
}

async function syncDropIn(host: RemoteHost, path: string, text: string | undefined): Promise<void> {
  if (text !== undefined) {
    await runScript(host, sh`mkdir -p -- "$(dirname -- "$1")"`, [path]);
    return writeTextFile(host, path, text, { mode: 0o644 });
  }
  await removeFile(host, path);
  await runScript(host, sh`d=$(dirname -- "$1"); [ ! -d "$d" ] || rmdir --ignore-fail-on-non-empty -- "$d"`, [path]);
}

/** One that does not run reads them when it starts. */
const update = sh`case $(systemctl show --property ActiveState --value "$1.service") in inactive | failed) exit 0 ;; esac
${holdClients}
hold_clients "$1" "$2"
admin server-update-tls "$1"`;

/**
 * Lets the running daemon read its certificates again; connections stay. It reads them from the default paths only. libvirt
 * frees the earlier ones although a client in its handshake still uses them, and may crash of it: so new clients are held
 * back meanwhile, and a daemon that has crashed, and that systemd has started anew, is told again.
 *
 * @see https://libvirt.org/manpages/virt-admin.html#server-update-tls
 */
export async function updateTls(
  host: RemoteHost,
  { name, adminUri }: Pick<Daemon, "name" | "adminUri">,
  signal: AbortSignal,
): Promise<void> {
  const tell = async () => {
    await runScript(host, update, [name, adminUri], { signal });
  };
  const after = (error: Error) => error instanceof CommandFailed && hasCrashed(error.stderr);
  await retryUntil(tell, { everyMs: 1000, timeoutMs: 60_000, signal, after });
}

/** Pure: whether this is how virt-admin ends when its daemon does. */
const hasCrashed = (said: string): boolean =>
  /End of file while reading data|Failed to connect socket|Connection reset by peer|Connection refused/.test(said);

const jobs = scriptFile(__dirname, "jobs.sh");

/** Domains with a job that a restart of these daemons would end: a migration, a backup, a dump. */
export async function jobsOn(
  host: RemoteHost,
  restarted: readonly Pick<DaemonFacts, "daemon" | "units">[],
  signal: AbortSignal,
): Promise<string[]> {
  const [first] = restarted;
  if (!first) return [];
  const ends = restarted.some(({ daemon }) => daemon.endsJobs === "all") ? "all" : "incoming";
  const { stdout } = await runScript(host, jobs, [flavourOf(first.units).hypervisor.service, ends], { signal });
  return stdout.split("\n").filter(Boolean);
}
