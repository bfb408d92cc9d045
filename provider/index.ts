/** The public names. */
export type { ConnectionArgs } from "./host/connection-args";
export type { HostFacts } from "./libvirt/host-facts";
export type { ExportClient } from "./nfs/exports";
export type { MigrationRecord } from "./placement/migration/record";
export type { Drive, Netdev } from "./qemu-command-line/typed";
export type { HypervisorVersions } from "./resources/cpu-baseline/definition";
export { CpuBaseline, type CpuBaselineArgs } from "./resources/cpu-baseline/resource";
export { Domain, type DomainArgs } from "./resources/domain/resource";
export type { MigrationArgs } from "./resources/domain-placement/migration-args";
export { type AnyOf, anyOf, DomainPlacement, type DomainPlacementArgs } from "./resources/domain-placement/resource";
export { Host, type HostArgs, type HypervisorArgs } from "./resources/host/resource";
export { LibvirtSshAccess, type LibvirtSshAccessArgs } from "./resources/libvirt-ssh-access/resource";
export type { LibvirtdArgs } from "./resources/libvirt-tls-pki/libvirtd-args";
export {
  type ExternalAuthorityArgs,
  type HostCertificatesArgs,
  LibvirtTlsPki,
  type LibvirtTlsPkiArgs,
  type ServiceAuthorityArgs,
} from "./resources/libvirt-tls-pki/resource";
export {
  type HostRequests,
  LibvirtTlsRequests,
  type LibvirtTlsRequestsArgs,
} from "./resources/libvirt-tls-requests/resource";
export {
  MigrationFirewall,
  type MigrationFirewallArgs,
} from "./resources/migration-firewall/resource";
export { NfsExport, type NfsExportArgs, type NfsExportClientArgs } from "./resources/nfs-export/resource";
export { NfsMount, type NfsMountArgs } from "./resources/nfs-mount/resource";
export {
  PlacementPolicy,
  type PlacementPolicyArgs,
  type PolicyGuestArgs,
  type PolicyRuleArgs,
} from "./resources/placement-policy/resource";
export type { QemuMigrationArgs } from "./resources/qemu-guest/migration-args";
export { QemuGuest, type QemuGuestArgs } from "./resources/qemu-guest/resource";
export type { PortRangeArgs } from "./resources/shared/port-range-args";
