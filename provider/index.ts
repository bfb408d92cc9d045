/** The public names. */
export type { ConnectionArgs } from "./host/connection-args";
export { Host, type HostArgs } from "./resources/host";
export { type LibvirtdArgs, LibvirtTlsPki, type LibvirtTlsPkiArgs } from "./resources/libvirt-tls-pki";
