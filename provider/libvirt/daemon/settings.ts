/**
 * Pure: what libvirtd has to be told, and where. Under socket activation it takes what it listens with from systemd, and
 * the rest from libvirtd.conf; the keys of the former are written there too, so that the file is true in both modes.
 *
 * @see https://libvirt.org/manpages/libvirtd.html#system-socket-activation
 */
import type { Setting } from "./conf-file";

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

export const confPath = "/etc/libvirt/libvirtd.conf";
export const tlsSocket = "libvirtd-tls.socket";
export const tcpSocket = "libvirtd-tcp.socket";
export const defaultTlsPort = 16514;
const defaultTcpPort = 16509;

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

/** With what is not said as libvirt has it, but TLS on. */
export function withDefaultSettings(settings: Optional<DaemonSettings>): DaemonSettings {
  const { listenTls = true, listenTcp = false, tlsPort = defaultTlsPort, tcpPort = defaultTcpPort } = settings;
  return { ...settings, listenTls, listenTcp, tlsPort, tcpPort };
}

/** The lines of libvirtd.conf. */
export function confSettings(settings: DaemonSettings): Setting[] {
  const flag = (on: boolean) => (on ? "1" : "0");
  const all: [string, string | undefined][] = [
    ["listen_tls", flag(settings.listenTls)],
    ["listen_tcp", flag(settings.listenTcp)],
    ["tls_port", quoted(String(settings.tlsPort))],
    ["tcp_port", quoted(String(settings.tcpPort))],
    ["unix_sock_group", settings.unixSockGroup && quoted(settings.unixSockGroup)],
    ["unix_sock_ro_perms", settings.unixSockRoPerms && quoted(settings.unixSockRoPerms)],
    ["unix_sock_rw_perms", settings.unixSockRwPerms && quoted(settings.unixSockRwPerms)],
    ["auth_unix_ro", settings.authUnixRo && quoted(settings.authUnixRo)],
    ["auth_unix_rw", settings.authUnixRw && quoted(settings.authUnixRw)],
    ["auth_tcp", settings.authTcp && quoted(settings.authTcp)],
    ["auth_tls", settings.authTls && quoted(settings.authTls)],
    ["tls_allowed_dn_list", settings.allowedDns && `[${settings.allowedDns.map(quoted).join(", ")}]`],
  ];
  return all.filter((setting): setting is [string, string] => setting[1] !== undefined);
}

/** libvirt's strings know no escapes: nothing may end them early. */
function quoted(value: string): string {
  if (/^[^"\\\p{Cc}]*$/u.test(value)) return `"${value}"`;
  throw new RangeError(`${JSON.stringify(value)} cannot be written to libvirtd.conf.`);
}

export const dropInPath = (unit: string) => `/etc/systemd/system/${unit}.d/pulumi-kvm-live.conf`;

/** Drop-ins by unit; undefined where the unit is good as it is. */
export function dropIns(settings: DaemonSettings): Map<string, string | undefined> {
  const { unixSockGroup, unixSockRoPerms, unixSockRwPerms } = settings;
  const group = unixSockGroup === undefined ? [] : [`SocketGroup=${unixSockGroup}`];
  const mode = (perms: string | undefined) => (perms === undefined ? [] : [`SocketMode=${perms.padStart(4, "0")}`]);
  const port = (wanted: number, own: number) => (wanted === own ? [] : ["ListenStream=", `ListenStream=${wanted}`]);
  return new Map([
    ["libvirtd.socket", dropIn([...group, ...mode(unixSockRwPerms)])],
    ["libvirtd-ro.socket", dropIn([...group, ...mode(unixSockRoPerms)])],
    [tlsSocket, dropIn(port(settings.tlsPort, defaultTlsPort))],
    [tcpSocket, dropIn(port(settings.tcpPort, defaultTcpPort))],
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
