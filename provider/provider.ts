/**
 * Provider side: loaded by Pulumi's provider process. Its path is in the state of every stack, so it never changes, and
 * neither do the names in `handlers`.
 */
import { closeConnections } from "./host/ssh-host";
import { cancelWithEngine, endWithEngine, operationFor, unknownValue } from "./lifecycle/engine";
import { type Handlers, makeHandlers } from "./lifecycle/handlers";
import { keepErrorsFromConsole } from "./lifecycle/said-once";
import { domain } from "./resources/domain/definition";
import { domainPlacement } from "./resources/domain-placement/definition";
import { host } from "./resources/host/definition";
import { libvirtSshAccess } from "./resources/libvirt-ssh-access/definition";
import { libvirtTlsPki } from "./resources/libvirt-tls-pki/definition";
import { nfsExport } from "./resources/nfs-export/definition";
import { nfsMount } from "./resources/nfs-mount/definition";
import { qemuGuest } from "./resources/qemu-guest/definition";
import type { ResourceType } from "./resources/shared/managed-resource";

const environment = { operationFor, unknownValue };

export const handlers: Readonly<Record<ResourceType, Handlers>> = {
  Domain: makeHandlers(domain, environment),
  DomainPlacement: makeHandlers(domainPlacement, environment),
  Host: makeHandlers(host, environment),
  LibvirtSshAccess: makeHandlers(libvirtSshAccess, environment),
  LibvirtTlsPki: makeHandlers(libvirtTlsPki, environment),
  NfsExport: makeHandlers(nfsExport, environment),
  NfsMount: makeHandlers(nfsMount, environment),
  QemuGuest: makeHandlers(qemuGuest, environment),
};

keepErrorsFromConsole();
cancelWithEngine();
endWithEngine(closeConnections);
