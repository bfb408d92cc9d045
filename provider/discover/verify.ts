/** Holds against each thing that was found what its own resource says of taking it over. Nothing is changed. */
import type { z } from "zod";
import type { Definition } from "../lifecycle/definition";
import { domain } from "../resources/domain/definition";
import { domainPlacement } from "../resources/domain-placement/definition";
import { libvirtTlsPki } from "../resources/libvirt-tls-pki/definition";
import { nfsExport } from "../resources/nfs-export/definition";
import { nfsMount } from "../resources/nfs-mount/definition";
import { lookingOperation, type Operation } from "../util/operation";
import type { Found, FoundGuest, GivenHost } from "./seen";

interface Candidate extends GivenHost {
  hasLibvirt: boolean;
}

/** @returns why it cannot be taken over without a change, in words; none when it can */
export function reasonsAgainst(found: Found, hosts: readonly Candidate[], signal: AbortSignal): Promise<string[]> {
  const named = (name: string) => ({ name, ...connectionOf(hosts, name) });
  const among = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, connectionOf(hosts, name)]));
  switch (found.kind) {
    case "NfsExport": {
      const { path, clients } = found;
      return against(nfsExport, found, { server: named(found.host), path, clients, adopt: true }, signal);
    }
    case "NfsMount": {
      const { source, path, options } = found;
      return against(nfsMount, found, { host: named(found.host), source, path, options, adopt: true }, signal);
    }
    case "LibvirtTlsPki": {
      const { host, hosts: members, organization } = found;
      const inputs = { authority: named(host), hosts: among(members), organization, adopt: true };
      return against(libvirtTlsPki, found, inputs, signal);
    }
    case "DomainPlacement":
      return againstGuest(found, among(hosts.filter(({ hasLibvirt }) => hasLibvirt).map(({ name }) => name)), signal);
  }
}

const connectionOf = (hosts: readonly Candidate[], name: string) =>
  hosts.find((host) => host.name === name)?.connection ?? { address: "" };

/** libvirt shows no password, so none is compared. */
async function againstGuest(found: FoundGuest, candidates: object, signal: AbortSignal): Promise<string[]> {
  const { host, powerState, autostart, persistent, blocking } = found;
  const checked = domain.schema.safeParse({ xml: found.xml, blockingDevices: blocking.length > 0 ? "keep" : "fail" });
  if (!checked.success) return checked.error.issues.map(problemIn);
  const { uuid, name, definition } = domain.derived?.from(checked.data, "") ?? {};
  const inputs = {
    domain: { uuid, name, definition },
    ...{ host, candidates, powerState, autostart },
    ...(!persistent && { migration: { persistent, undefineSource: persistent } }),
    ...{ adopt: true, onDelete: "keep" },
  };
  return against(domainPlacement, found, inputs, signal);
}

async function against<Schema extends z.ZodObject, Model, Seen, State extends object, Exclusive extends Operation>(
  { schema, model, adoption }: Definition<Schema, Model, Seen, State, Exclusive>,
  { kind }: Found,
  inputs: object,
  signal: AbortSignal,
): Promise<string[]> {
  const checked = schema.safeParse(inputs);
  if (!checked.success) return checked.error.issues.map(problemIn);
  const said: string[] = [];
  const operation = lookingOperation({
    who: "discover",
    owner: { urn: `urn:pulumi:none::none::pulumi-nodejs:dynamic/kvm:${kind}::discovered`, uid: "0".repeat(16) },
    isInState: false, // for somebody who is no resource yet
    info: (message) => void said.push(message),
    warn: () => {},
    signal,
  });
  const adoptions = (await adoption?.(operation, model(checked.data, operation))) ?? [];
  if (adoptions.length === 0) return [said.join(" ") || "It was not there any more when it was looked at again."];
  return adoptions.flatMap(({ differences, problems }) => [
    ...differences.map((line) => `It would change: ${line}`),
    ...problems,
  ]);
}

const problemIn = ({ path, message }: z.core.$ZodIssue): string => `${path.join(".")} ${message}.`;
