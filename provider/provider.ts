/**
 * Provider side: loaded by Pulumi's provider process. Its path is in the state of every stack, so it never changes, and
 * neither do the names in `handlers`.
 */
import type { z } from "zod";
import { closeConnections } from "./host/ssh-host";
import type { Definition } from "./lifecycle/definition";
import { cancelWithEngine, endWithEngine, operationFor, unknownValue } from "./lifecycle/engine";
import { type Handlers, makeHandlers } from "./lifecycle/handlers";
import { keepErrorsFromConsole } from "./lifecycle/said-once";
import { withUnnamedProperties } from "./lifecycle/unnamed-properties";
import { cpuBaseline } from "./resources/cpu-baseline/definition";
import { domain } from "./resources/domain/definition";
import { domainPlacement } from "./resources/domain-placement/definition";
import { host } from "./resources/host/definition";
import { libvirtSshAccess } from "./resources/libvirt-ssh-access/definition";
import { libvirtTlsPki } from "./resources/libvirt-tls-pki/definition";
import { libvirtTlsRequests } from "./resources/libvirt-tls-requests/definition";
import { nfsExport } from "./resources/nfs-export/definition";
import { nfsMount } from "./resources/nfs-mount/definition";
import { qemuGuest } from "./resources/qemu-guest/definition";
import type { ResourceType } from "./resources/shared/managed-resource";
import type { Operation } from "./util/operation";

function handlersOf<Schema extends z.ZodObject, Model, Seen, State extends object, Exclusive extends Operation>(
  definition: Definition<Schema, Model, Seen, State, Exclusive>,
): Handlers {
  return withUnnamedProperties(makeHandlers(definition, { operationFor, unknownValue }));
}

export const handlers: Readonly<Record<ResourceType, Handlers>> = {
  CpuBaseline: handlersOf(cpuBaseline),
  Domain: handlersOf(domain),
  DomainPlacement: handlersOf(domainPlacement),
  Host: handlersOf(host),
  LibvirtSshAccess: handlersOf(libvirtSshAccess),
  LibvirtTlsPki: handlersOf(libvirtTlsPki),
  LibvirtTlsRequests: handlersOf(libvirtTlsRequests),
  NfsExport: handlersOf(nfsExport),
  NfsMount: handlersOf(nfsMount),
  QemuGuest: handlersOf(qemuGuest),
};

keepErrorsFromConsole();
cancelWithEngine();
endWithEngine(closeConnections);
