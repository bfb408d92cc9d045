/** Pure: URIs that one host reaches another by. @see https://libvirt.org/uri.html */
import { bracketed } from "../util/address";
import { defaultTlsPort } from "./daemon-settings";

/** Of a connection that is encrypted and authenticated by certificates on both sides. */
export const tlsUri = (address: string, port = defaultTlsPort): string =>
  `qemu+tls://${bracketed(address)}${port === defaultTlsPort ? "" : `:${port}`}/system`;

/** Where QEMU's stream goes; without a port the destination takes a free one. */
export const migrateUri = (address: string): string => `tcp://${bracketed(address)}`;
