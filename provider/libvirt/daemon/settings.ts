/**
 * Pure: what libvirt's daemons have to be told, and where. Under socket activation they take what they listen with from
 * systemd, and the rest from their own files; the keys of the former are written there too, so that the file is true in both modes.
 *
 * @see https://libvirt.org/manpages/libvirtd.html#system-socket-activation
 */
import type { Setting } from "./conf-file";
import type { Daemon } from "./flavours";

export interface DaemonSettings {
  listenTls: boolean;
  listenTcp: boolean;
  tlsPort: number;
  tcpPort: number;
  unixSockGroup?: string | undefined;
  unixSockRoPerms?: string | undefined;
  unixSockRwPerms?: string | undefined;
  authUnixRo?: string | undefined;
  authUnixRw?: string | undefined;
  authTcp?: string | undefined;
  authTls?: string | undefined;
  /** Becomes `tls_allowed_dn_list`. */
  allowedDns?: readonly string[] | undefined;
}

export const defaultTlsPort = 16514;
const defaultTcpPort = 16509;

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

/** With what is not said as libvirt has it, but TLS on. */
export function withDefaultSettings(settings: Optional<DaemonSettings>): DaemonSettings {
  const { listenTls = true, listenTcp = false, tlsPort = defaultTlsPort, tcpPort = defaultTcpPort } = settings;
  return { ...settings, listenTls, listenTcp, tlsPort, tcpPort };
}

/**
 * The lines of a daemon's file; none when nothing of the settings is its business. Their order stays as hosts have it. What
 * has to do with the network is read by the daemon alone that other hosts reach.
 */
export function confSettings(settings: DaemonSettings, { networkSockets }: Pick<Daemon, "networkSockets">): Setting[] {
  const network = networkSockets !== undefined;
  const all: [key: string, value: string | undefined, isRead?: boolean][] = [
    ["listen_tls", flag(settings.listenTls), network],
    ["listen_tcp", flag(settings.listenTcp), network],
    ["tls_port", quoted(String(settings.tlsPort)), network],
    ["tcp_port", quoted(String(settings.tcpPort)), network],
    ["unix_sock_group", settings.unixSockGroup && quoted(settings.unixSockGroup)],
    ["unix_sock_ro_perms", settings.unixSockRoPerms && quoted(settings.unixSockRoPerms)],
    ["unix_sock_rw_perms", settings.unixSockRwPerms && quoted(settings.unixSockRwPerms)],
    ["auth_unix_ro", settings.authUnixRo && quoted(settings.authUnixRo)],
    ["auth_unix_rw", settings.authUnixRw && quoted(settings.authUnixRw)],
    ["auth_tcp", settings.authTcp && quoted(settings.authTcp), network],
    ["auth_tls", settings.authTls && quoted(settings.authTls), network],
    ["tls_allowed_dn_list", settings.allowedDns && `[${settings.allowedDns.map(quoted).join(", ")}]`, network],
  ];
  return all.flatMap(([key, value, isRead = true]): Setting[] => (value !== undefined && isRead ? [[key, value]] : []));
}

const flag = (on: boolean) => (on ? "1" : "0");

/** libvirt's strings know no escapes: nothing may end them early. */
function quoted(value: string): string {
  if (/^[^"\\\p{Cc}]*$/u.test(value)) return `"${value}"`;
  throw new RangeError(`${JSON.stringify(value)} cannot be written to a file of libvirt's.`);
}

export const dropInPath = (unit: string) => `/etc/systemd/system/${unit}.d/pulumi-kvm-live.conf`;

/** Drop-ins by unit; undefined where the unit is good as it is. */
export function dropIns(settings: DaemonSettings, { localSockets, networkSockets }: Daemon) {
  const { unixSockGroup, unixSockRoPerms, unixSockRwPerms } = settings;
  const [main, readOnly] = localSockets;
  const group = unixSockGroup === undefined ? [] : [`SocketGroup=${unixSockGroup}`];
  const mode = (perms: string | undefined) => (perms === undefined ? [] : [`SocketMode=${perms.padStart(4, "0")}`]);
  const port = (wanted: number, own: number) => (wanted === own ? [] : ["ListenStream=", `ListenStream=${wanted}`]);
  const network: [string, string | undefined][] = networkSockets
    ? [
        [networkSockets.tls, dropIn(port(settings.tlsPort, defaultTlsPort))],
        [networkSockets.tcp, dropIn(port(settings.tcpPort, defaultTcpPort))],
      ]
    : [];
  return new Map<string, string | undefined>([
    [main, dropIn([...group, ...mode(unixSockRwPerms)])],
    [readOnly, dropIn([...group, ...mode(unixSockRoPerms)])],
    ...network,
  ]);
}

const dropIn = (lines: readonly string[]) =>
  lines.length === 0 ? undefined : `${["# Written by pulumi-kvm-live.", "[Socket]", ...lines].join("\n")}\n`;

/** Warnings about settings that open a host to more than its certificates' holders. */
export function securityWarnings({ listenTcp, authTcp, authUnixRw }: DaemonSettings): string[] {
  const all: [boolean, string][] = [
    [listenTcp && authTcp === "none", "anyone on the network becomes root on the hosts: listenTcp with authTcp none"],
    [listenTcp && authTcp !== "none", "listenTcp: connections over TCP are not encrypted"],
    [!listenTcp && authTcp === "none", "authTcp is none: TCP would be unprotected if listenTcp were switched on"],
    [authUnixRw === "none", "authUnixRw is none: whoever can open libvirt's socket becomes root on the host"],
  ];
  return all.filter(([is]) => is).map(([, words]) => words);
}
