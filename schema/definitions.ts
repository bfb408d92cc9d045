/** The provider side of each resource, by the name of its class. */
import { cpuBaseline } from "../provider/resources/cpu-baseline/definition";
import { domain } from "../provider/resources/domain/definition";
import { domainPlacement } from "../provider/resources/domain-placement/definition";
import { host } from "../provider/resources/host/definition";
import { libvirtSshAccess } from "../provider/resources/libvirt-ssh-access/definition";
import { libvirtTlsPki } from "../provider/resources/libvirt-tls-pki/definition";
import { libvirtTlsRequests } from "../provider/resources/libvirt-tls-requests/definition";
import { migrationFirewall } from "../provider/resources/migration-firewall/definition";
import { nfsExport } from "../provider/resources/nfs-export/definition";
import { nfsMount } from "../provider/resources/nfs-mount/definition";
import { placementPolicy } from "../provider/resources/placement-policy/definition";
import { qemuGuest } from "../provider/resources/qemu-guest/definition";
import type { ResourceType } from "../provider/resources/shared/managed-resource";

export const definitions = {
  CpuBaseline: cpuBaseline,
  Domain: domain,
  DomainPlacement: domainPlacement,
  Host: host,
  LibvirtSshAccess: libvirtSshAccess,
  LibvirtTlsPki: libvirtTlsPki,
  LibvirtTlsRequests: libvirtTlsRequests,
  MigrationFirewall: migrationFirewall,
  NfsExport: nfsExport,
  NfsMount: nfsMount,
  PlacementPolicy: placementPolicy,
  QemuGuest: qemuGuest,
} satisfies Record<ResourceType, object>;
