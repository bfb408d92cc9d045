/**
 * Pure: what libvirt's daemons have to be told, and where. Under socket activation they take what they listen with from
 * systemd, and the rest from their own files; the keys of the former are written there too, so that the file is true in both modes.
 *
 * @see https://libvirt.org/manpages/libvirtd.html#system-socket-activation
 */
import { bracketed } from "../../util/address";
import { isAtLeast } from "../../util/version";
import type { Setting } from "./conf-file";
import type { Daemon } from "./flavours";
import { camelCase, type KeyValues, written } from "./keys";

/** All that a program has said of libvirt's daemons. */
export interface DaemonSettings extends KeyValues {
  listenTls: boolean;
  listenTcp: boolean;
  tlsPort: number;
  tcpPort: number;
}

export const defaultTlsPort = 16514;
const defaultTcpPort = 16509;

/** With what is not said as libvirt has it, but TLS on. */
export function withDefaultSettings(settings: KeyValues): DaemonSettings {
  const { listenTls = true, listenTcp = false, tlsPort = defaultTlsPort, tcpPort = defaultTcpPort } = settings;
  return { ...settings, listenTls, listenTcp, tlsPort, tcpPort };
}

/** The lines of a daemon's file; none when nothing of the settings is its business. */
export const confSettings = (settings: DaemonSettings, { networkSockets }: Pick<Daemon, "networkSockets">): Setting[] =>
  written(settings)
    .filter(({ key }) => !key.isNetwork || networkSockets !== undefined)
    .map(({ name, value }) => [name, value] as const);

/** Whether a libvirt that is supported may be too old for some of these. */
export const hasNewKeys = (settings: DaemonSettings): boolean =>
  written(settings).some(({ key: { since } }) => since !== undefined);

/** Keys that a libvirt of this version would not read, in words that go on from the host's name. */
export const unknownKeys = (settings: DaemonSettings, version: string): string[] =>
  written(settings).flatMap(({ name, key: { since } }) =>
    since === undefined || isAtLeast(version, since)
      ? []
      : [
          `has libvirt ${version || "of a version that is not known"}, which does not read ${name}: leave libvirtd.${camelCase(name)} out, or update libvirt to ${since}`,
        ],
  );

export const dropInPath = (unit: string) => `/etc/systemd/system/${unit}.d/pulumi-kvm-live.conf`;

/** Drop-ins by unit; undefined where the unit is good as it is. */
export function dropIns(settings: DaemonSettings, { localSockets, networkSockets }: Daemon) {
  const { unixSockGroup, unixSockRoPerms, unixSockRwPerms, unixSockAdminPerms, listenAddr } = settings;
  const [main, readOnly, admin] = localSockets;
  const group = unixSockGroup === undefined ? [] : [`SocketGroup=${unixSockGroup}`];
  const mode = (perms: string | undefined) => (perms === undefined ? [] : [`SocketMode=${perms.padStart(4, "0")}`]);
  const at = listenAddr === undefined ? "" : `${bracketed(listenAddr)}:`;
  const port = (wanted: number, own: number) =>
    wanted === own && at === "" ? [] : ["ListenStream=", `ListenStream=${at}${wanted}`];
  const network: [string, string | undefined][] = networkSockets
    ? [
        [networkSockets.tls, dropIn(port(settings.tlsPort, defaultTlsPort))],
        [networkSockets.tcp, dropIn(port(settings.tcpPort, defaultTcpPort))],
      ]
    : [];
  return new Map<string, string | undefined>([
    [main, dropIn([...group, ...mode(unixSockRwPerms)])],
    [readOnly, dropIn([...group, ...mode(unixSockRoPerms)])],
    [admin, dropIn(mode(unixSockAdminPerms))],
    ...network,
  ]);
}

const dropIn = (lines: readonly string[]) =>
  lines.length === 0 ? undefined : `${["# Written by pulumi-kvm-live.", "[Socket]", ...lines].join("\n")}\n`;

/** Warnings about settings that open a host to more than its certificates' holders. */
export function securityWarnings({ listenTcp, authTcp, authUnixRw, tcpMinSsf }: DaemonSettings): string[] {
  const all: [boolean, string][] = [
    [listenTcp && authTcp === "none", "anyone on the network becomes root on the hosts: listenTcp with authTcp none"],
    [
      listenTcp && authTcp !== "none" && tcpMinSsf === undefined,
      "listenTcp: SASL alone encrypts connections over TCP, and libvirt is content with 56 bits: set tcpMinSsf",
    ],
    [!listenTcp && authTcp === "none", "authTcp is none: TCP would be unprotected if listenTcp were switched on"],
    [authUnixRw === "none", "authUnixRw is none: whoever can open libvirt's socket becomes root on the host"],
  ];
  return all.filter(([is]) => is).map(([, words]) => words);
}
