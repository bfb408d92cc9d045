/** All resources, by the names of their types. */
import { kindOf, type ResourceKind } from "../lifecycle/kind";
import { lazily } from "../lifecycle/lazily";
import type { ResourceType } from "./shared/managed-resource";

/** Each is loaded when it is first asked for: all of them take as long as Pulumi itself needs for a small program. */
export const kinds: Readonly<Record<ResourceType, ResourceKind>> = lazily<ResourceType, ResourceKind>({
  CpuBaseline: () => kindOf(require("./cpu-baseline/definition").cpuBaseline),
  Domain: () => kindOf(require("./domain/definition").domain),
  DomainPlacement: () => kindOf(require("./domain-placement/definition").domainPlacement),
  Host: () => kindOf(require("./host/definition").host),
  LibvirtSshAccess: () => kindOf(require("./libvirt-ssh-access/definition").libvirtSshAccess),
  LibvirtTlsPki: () => kindOf(require("./libvirt-tls-pki/definition").libvirtTlsPki),
  LibvirtTlsRequests: () => kindOf(require("./libvirt-tls-requests/definition").libvirtTlsRequests),
  MigrationFirewall: () => kindOf(require("./migration-firewall/definition").migrationFirewall),
  NfsExport: () => kindOf(require("./nfs-export/definition").nfsExport),
  NfsMount: () => kindOf(require("./nfs-mount/definition").nfsMount),
  PlacementPolicy: () => kindOf(require("./placement-policy/definition").placementPolicy),
  QemuGuest: () => kindOf(require("./qemu-guest/definition").qemuGuest),
});

export const resourceTypes = Object.getOwnPropertyNames(kinds) as readonly ResourceType[];
