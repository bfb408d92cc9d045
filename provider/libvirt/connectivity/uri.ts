/** Pure: URIs that one host reaches another by. @see https://libvirt.org/uri.html */
import { bracketed } from "../../util/address";
import { defaultTlsPort } from "../daemon/settings";

const defaultSshPort = 22;

/** URI of a connection that is encrypted and authenticated by certificates on both sides. */
export const tlsUri = (address: string, port = defaultTlsPort): string =>
  `qemu+tls://${bracketed(address)}${port === defaultTlsPort ? "" : `:${port}`}/system`;

/** URI of a connection that is neither encrypted nor, as libvirtd is often set up for it, authenticated. */
export const tcpUri = (address: string): string => `qemu+tcp://${bracketed(address)}/system`;

/** URI of a connection by ssh, as the user who opens it: with their key, and with the known_hosts that they have. */
export const sshUri = (address: string, port = defaultSshPort, user = "root"): string =>
  `qemu+ssh://${user}@${bracketed(address)}${port === defaultSshPort ? "" : `:${port}`}/system`;

/** Where QEMU's stream goes; without a port the destination takes a free one. */
export const migrateUri = (address: string): string => `tcp://${bracketed(address)}`;

/** Host and port of a TLS connection; empty for others. */
export function tlsPlaceOf(uri: string): [host: string, port: string] {
  const { port } = new URL(uri);
  return uri.startsWith("qemu+tls") ? [hostOf(uri), port || String(defaultTlsPort)] : ["", ""];
}

/** The host part of a URI, without brackets. */
export const hostOf = (uri: string): string => new URL(uri).hostname.replace(/^\[(.*)\]$/, "$1");
