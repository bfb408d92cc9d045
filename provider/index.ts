/** The public names. */
export type { ConnectionArgs } from "./host/connection-args";
export type { HostFacts } from "./libvirt/host-facts";
export type { ExportClient } from "./nfs/exports";
export type { MigrationRecord } from "./placement/migration/record";
export type { Drive, Netdev } from "./qemu/command-line/typed";
export { Domain, type DomainArgs } from "./resources/domain";
export { DomainPlacement, type DomainPlacementArgs } from "./resources/domain-placement";
export { Host, type HostArgs, type HypervisorArgs } from "./resources/host";
export { LibvirtSshAccess, type LibvirtSshAccessArgs } from "./resources/libvirt-ssh-access";
export { type LibvirtdArgs, LibvirtTlsPki, type LibvirtTlsPkiArgs } from "./resources/libvirt-tls-pki";
export type { MigrationArgs } from "./resources/migration-args";
export { NfsExport, type NfsExportArgs, type NfsExportClientArgs } from "./resources/nfs-export";
export { NfsMount, type NfsMountArgs } from "./resources/nfs-mount";
export { QemuGuest, type QemuGuestArgs } from "./resources/qemu-guest";
export type { QemuMigrationArgs } from "./resources/qemu-migration-args";
