/** A resource of each type, made by a program as Pulumi runs it, with nothing behind it. */
import { runtime } from "@pulumi/pulumi";
import { Domain } from "../provider/resources/domain";
import { DomainPlacement } from "../provider/resources/domain-placement";
import { Host } from "../provider/resources/host";
import { LibvirtSshAccess } from "../provider/resources/libvirt-ssh-access";
import { LibvirtTlsPki } from "../provider/resources/libvirt-tls-pki";
import { NfsExport } from "../provider/resources/nfs-export";
import { NfsMount } from "../provider/resources/nfs-mount";
import { QemuGuest } from "../provider/resources/qemu-guest";

/** What Pulumi was asked to make. */
export interface Registration {
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
    Domain: domain,
    DomainPlacement: new DomainPlacement("DomainPlacement", { domain, host, candidates: hosts }),
    Host: host,
    LibvirtSshAccess: new LibvirtSshAccess("LibvirtSshAccess", { hosts }),
    LibvirtTlsPki: new LibvirtTlsPki("LibvirtTlsPki", { authority: host, hosts }),
    NfsExport: new NfsExport("NfsExport", { server: host, path: "/srv", clients: [] }),
    NfsMount: new NfsMount("NfsMount", { host, source: "10.77.0.21:/srv", path: "/srv" }),
    QemuGuest: new QemuGuest("QemuGuest", { host, candidates: hosts, memoryMiB: 64 }),
  };
  await runtime.disconnect();
  return { resources, registrations };
}
