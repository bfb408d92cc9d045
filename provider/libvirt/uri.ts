/** Pure: URIs that one host reaches another by. @see https://libvirt.org/uri.html */

/** libvirt's own port for TLS is left out. */
export const tlsUri = (address: string): string => `qemu+tls://${bracketed(address)}/system`;

/** Where QEMU's stream goes; without a port the destination takes a free one. */
export const migrateUri = (address: string): string => `tcp://${bracketed(address)}`;

const bracketed = (address: string) => (address.includes(":") ? `[${address}]` : address);
