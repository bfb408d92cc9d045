/** Runs and moves a lab guest with virsh, as an administrator would. */
import { buildGuest, type GuestOptions } from "../guest/build";
import { type CounterReading, readCounter } from "../guest/counter";
import { domainXml, type GuestDomain, imagePath, serialLogPath } from "../guest/domain";
import type { LabHost } from "../lab-host";

/** Puts the guest's image on the share, then defines and starts it on `host`. */
export async function startGuest(
  server: LabHost,
  host: LabHost,
  guest: GuestDomain,
  options: GuestOptions,
): Promise<void> {
  await server.upload(await buildGuest(options), imagePath(guest));
  await host.script(
    `printf '%s' "$2" > "/run/$1.xml"
     virsh define "/run/$1.xml"
     virsh start "$1"`,
    guest.name,
    domainXml(guest),
  );
}

interface MoveOptions {
  /** Encrypts QEMU's stream. @default true */
  tls?: boolean;
  /** Limit of the transfer rate, in MiB/s; none by default. */
  bandwidthMiBps?: number;
}

/** The command that moves a running guest, peer to peer. */
export function migrateCommand(guest: GuestDomain, to: LabHost, options: MoveOptions = {}): string[] {
  const { tls = true, bandwidthMiBps } = options;
  return [
    ...["virsh", "migrate", "--live", "--p2p", "--persistent", "--undefinesource"],
    ...(tls ? ["--tls"] : []),
    ...(bandwidthMiBps === undefined ? [] : ["--bandwidth", String(bandwidthMiBps)]),
    ...["--migrateuri", `tcp://${to.address}`, guest.name, `qemu+tls://${to.name}/system`],
  ];
}

/** Reads the guest's counter on the file server, whose view of the log is never behind. */
export async function counterOf(server: LabHost, guest: GuestDomain): Promise<CounterReading> {
  return readCounter((await server.exec(["cat", serialLogPath(guest)])).stdout);
}

/** State of a domain in virsh's words, e.g. `running`; undefined when the host answered that it has none. */
export async function domainState(host: LabHost, name: string): Promise<string | undefined> {
  const { stdout } = await host.exec(["virsh", "list", "--all"]);
  const line = stdout.split("\n").find((row) => row.trim().split(/\s+/)[1] === name);
  return line?.trim().split(/\s+/).slice(2).join(" ");
}

/** Total time and downtime of the last finished migration, from libvirt on a host that still knows them. */
export async function lastMigration(host: LabHost, name: string): Promise<{ totalTimeMs: number; downtimeMs: number }> {
  const command = ["virsh", "domjobinfo", name, "--completed", "--keep-completed", "--rawstats"];
  const { stdout } = await host.exec(command);
  const field = (key: string) => Number(new RegExp(`^\\s*${key}: (\\d+)$`, "m").exec(stdout)?.[1]);
  return { totalTimeMs: field("time_elapsed"), downtimeMs: field("downtime") };
}
