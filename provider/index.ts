/** The public names. */
export type { ConnectionArgs } from "./host/connection-args";
export type { MigrationRecord } from "./libvirt/migrate";
export { Domain, type DomainArgs } from "./resources/domain";
export { DomainPlacement, type DomainPlacementArgs, type MigrationArgs } from "./resources/domain-placement";
export { Host, type HostArgs } from "./resources/host";
export { LibvirtSshAccess, type LibvirtSshAccessArgs } from "./resources/libvirt-ssh-access";
export { type LibvirtdArgs, LibvirtTlsPki, type LibvirtTlsPkiArgs } from "./resources/libvirt-tls-pki";
export { NfsExport, type NfsExportArgs, type NfsExportClientArgs } from "./resources/nfs-export";
export { NfsMount, type NfsMountArgs } from "./resources/nfs-mount";
