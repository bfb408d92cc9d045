/** A resource of each type, made by a program as Pulumi runs it, with nothing behind it. */
import { runtime } from "@pulumi/pulumi";
import {
  CpuBaseline,
  Domain,
  DomainPlacement,
  Host,
  LibvirtSshAccess,
  LibvirtTlsPki,
  LibvirtTlsRequests,
  MigrationFirewall,
  NfsExport,
  NfsMount,
  PlacementPolicy,
  QemuGuest,
} from "../provider/index";
import type { ManagedResource, ResourceType } from "../provider/resources/shared/managed-resource";

/** What Pulumi was asked to make. */
interface Registration {
  type: string;
  inputs: Record<string, unknown>;
}

/** @returns the resources by the names of their classes, and what Pulumi was told of each, by the same names */
export async function oneOfEach() {
  const registrations = new Map<string, Registration>();
  await runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      registrations.set(name, { type, inputs });
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  });
  const host = new Host("Host", { address: "10.77.0.11" });
  const hosts = [host];
  const domain = new Domain("Domain", { xml: "<domain/>" });
  const resources = {
    CpuBaseline: new CpuBaseline("CpuBaseline", { hosts }),
    Domain: domain,
    DomainPlacement: new DomainPlacement("DomainPlacement", { domain, host, candidates: hosts }),
    Host: host,
    LibvirtSshAccess: new LibvirtSshAccess("LibvirtSshAccess", { hosts }),
    LibvirtTlsPki: new LibvirtTlsPki("LibvirtTlsPki", { authority: host, hosts }),
    LibvirtTlsRequests: new LibvirtTlsRequests("LibvirtTlsRequests", { hosts }),
    MigrationFirewall: new MigrationFirewall("MigrationFirewall", { hosts }),
    NfsExport: new NfsExport("NfsExport", { server: host, path: "/srv", clients: [] }),
    NfsMount: new NfsMount("NfsMount", { host, source: "10.77.0.21:/srv", path: "/srv" }),
    PlacementPolicy: new PlacementPolicy("PlacementPolicy", { hosts, guests: { web: { domain } } }),
    QemuGuest: new QemuGuest("QemuGuest", { host, candidates: hosts, memoryMiB: 64 }),
  } satisfies Record<ResourceType, ManagedResource>;
  await runtime.disconnect();
  return { resources, registrations };
}
