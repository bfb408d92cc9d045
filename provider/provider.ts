/**
 * Provider side: loaded by Pulumi's provider process. Its path is in the state of every stack, so it never changes, and
 * neither do the names in `handlers`.
 */
import type { z } from "zod";
import { closeConnections } from "./host/ssh-host";
import type { Definition } from "./lifecycle/definition";
import { cancelWithEngine, endWithEngine, operationFor, unknownValue } from "./lifecycle/engine";
import { type Handlers, makeHandlers } from "./lifecycle/handlers";
import { lazily } from "./lifecycle/lazily";
import { keepErrorsFromConsole } from "./lifecycle/said-once";
import { withUnnamedProperties } from "./lifecycle/unnamed-properties";
import type { ResourceType } from "./resources/shared/managed-resource";
import type { Operation } from "./util/operation";

function handlersOf<Schema extends z.ZodObject, Model, Seen, State extends object, Exclusive extends Operation>(
  definition: Definition<Schema, Model, Seen, State, Exclusive>,
): Handlers {
  return withUnnamedProperties(makeHandlers(definition, { operationFor, unknownValue }));
}

/** Each is loaded when it is first asked for: all of them take as long as Pulumi itself needs for a small program. */
export const handlers: Readonly<Record<ResourceType, Handlers>> = lazily<ResourceType, Handlers>({
  CpuBaseline: () => handlersOf(require("./resources/cpu-baseline/definition").cpuBaseline),
  Domain: () => handlersOf(require("./resources/domain/definition").domain),
  DomainPlacement: () => handlersOf(require("./resources/domain-placement/definition").domainPlacement),
  Host: () => handlersOf(require("./resources/host/definition").host),
  LibvirtSshAccess: () => handlersOf(require("./resources/libvirt-ssh-access/definition").libvirtSshAccess),
  LibvirtTlsPki: () => handlersOf(require("./resources/libvirt-tls-pki/definition").libvirtTlsPki),
  LibvirtTlsRequests: () => handlersOf(require("./resources/libvirt-tls-requests/definition").libvirtTlsRequests),
  MigrationFirewall: () => handlersOf(require("./resources/migration-firewall/definition").migrationFirewall),
  NfsExport: () => handlersOf(require("./resources/nfs-export/definition").nfsExport),
  NfsMount: () => handlersOf(require("./resources/nfs-mount/definition").nfsMount),
  PlacementPolicy: () => handlersOf(require("./resources/placement-policy/definition").placementPolicy),
  QemuGuest: () => handlersOf(require("./resources/qemu-guest/definition").qemuGuest),
});

keepErrorsFromConsole();
cancelWithEngine();
endWithEngine(closeConnections);
