/** Pure: URIs that one host reaches another by. @see https://libvirt.org/uri.html */
import { bracketed } from "../util/address";
import { defaultTlsPort } from "./daemon-settings";

/** Of a connection that is encrypted and authenticated by certificates on both sides. */
export const tlsUri = (address: string, port = defaultTlsPort): string =>
  `qemu+tls://${bracketed(address)}${port === defaultTlsPort ? "" : `:${port}`}/system`;

/** Of a connection that is neither encrypted nor, as libvirtd is often set up for it, authenticated. */
export const tcpUri = (address: string): string => `qemu+tcp://${bracketed(address)}/system`;

/** Of a connection by root's own ssh: with its key and its known_hosts, on the host that connects. */
export const sshUri = (address: string, port = 22, user = "root"): string =>
  `qemu+ssh://${user}@${bracketed(address)}${port === 22 ? "" : `:${port}`}/system`;

/** Where QEMU's stream goes; without a port the destination takes a free one. */
export const migrateUri = (address: string): string => `tcp://${bracketed(address)}`;

/** The host part of a URI, without brackets. */
export const hostOf = (uri: string): string => new URL(uri).hostname.replace(/^\[(.*)\]$/, "$1");
