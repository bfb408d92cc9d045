/** What `pulumi import` reads: the inputs with which a program has it as it is. Nothing is changed on the hosts. */
import { certificatesOf } from "../discover/certificates";
import { exportsOf } from "../discover/exports";
import { givenHosts } from "../discover/given-hosts";
import { guestsOf } from "../discover/guests";
import { lookAt } from "../discover/look";
import { mountsOf } from "../discover/mounts";
import { type Found, nounOf, type SeenHost, type Sorted } from "../discover/seen";
import { reasonsAgainst } from "../discover/verify";
import { HostError } from "../host/errors";
import { connectionOf } from "../host/host-word";
import { SshHost } from "../host/ssh-host";
import { askedTogether } from "../host/together";
import type { Imported } from "../lifecycle/plugin";
import { describeOwner, type Owner } from "../util/owner";
import { importedByName, isKnownByName } from "./import-by-name";
import { cannotBeImported, formOf, type Importable, type ImportId, isImportable, parseId } from "./import-ids";

interface Importer {
  sort(hosts: readonly SeenHost[], takeOver: boolean): Sorted;
  isIt(found: Found, id: ImportId): boolean;
  inputsOf(found: Found, id: ImportId): Record<string, unknown>;
}

const guest: Pick<Importer, "sort" | "isIt"> = {
  sort: guestsOf,
  isIt: (found, { what }) => found.kind === "DomainPlacement" && (found.name === what || found.uuid === what),
};
const atPath: Pick<Importer, "isIt"> = { isIt: (found, { what }) => "path" in found && found.path === what };

const importers: Record<Exclude<Importable, "Host" | "LibvirtSshAccess" | "MigrationFirewall">, Importer> = {
  Domain: {
    ...guest,
    inputsOf: (found) =>
      found.kind === "DomainPlacement"
        ? { xml: found.xml, ...(found.blocking.length > 0 && { blockingDevices: "keep" }) }
        : {},
  },
  DomainPlacement: {
    ...guest,
    inputsOf: (found, { hosts }) => (found.kind === "DomainPlacement" ? placementOf(found, hosts) : {}),
  },
  LibvirtTlsPki: {
    sort: certificatesOf,
    isIt: (found, { what }) => found.kind === "LibvirtTlsPki" && found.host === what,
    inputsOf: (found, { hosts }) => {
      if (found.kind !== "LibvirtTlsPki") return {};
      const asWritten = (name: string) => hosts.find((word) => givenHosts([word], undefined).hosts[0]?.name === name);
      const { host, hosts: members, organization } = found;
      return { authority: asWritten(host), hosts: members.map(asWritten), organization };
    },
  },
  NfsExport: {
    ...atPath,
    sort: exportsOf,
    inputsOf: (found, { hosts: [server] }) =>
      found.kind === "NfsExport" ? { server, path: found.path, clients: found.clients } : {},
  },
  NfsMount: {
    ...atPath,
    sort: mountsOf,
    inputsOf: (found, { hosts: [host] }) =>
      found.kind === "NfsMount" ? { host, source: found.source, path: found.path, options: found.options } : {},
  },
};

function placementOf(found: Found & { kind: "DomainPlacement" }, candidates: readonly string[]) {
  const { uuid, name, xml, host, powerState, autostart, persistent } = found;
  return {
    domain: { uuid, name, definition: xml },
    host,
    candidates,
    ...(powerState !== "running" && { powerState }),
    ...(autostart && { autostart }),
    ...(!persistent && { migration: { persistent: false, undefineSource: false } }),
    onDelete: "keep",
  };
}

/**
 * @param id as `import-ids.ts` has it. @param urn of the resource, by which hosts know it
 * @throws Error for an id that is none, a host that does not answer, and what a program cannot have as it is
 */
export async function imported(type: string, id: string, urn: string, signal: AbortSignal): Promise<Imported> {
  if (!isImportable(type)) throw new Error(cannotBeImported(type));
  if (type === "Host") return { inputs: hostOf(id) };
  const parsed = parseId(type, id);
  const { hosts: given, problems } = givenHosts(parsed.hosts, undefined);
  if (problems.length > 0) throw new Error([...problems, formOf(type)].join("\n"));
  const told = (error: Error) => {
    throw error instanceof HostError ? new Error(`${error.message}\n${formOf(type)}`, { cause: error }) : error;
  };
  if (isKnownByName(type)) {
    const worded = given.map((host, index) => ({ ...host, word: parsed.hosts[index] ?? host.name }));
    return importedByName(type, worded, urn, signal).catch(told);
  }
  const seen = await Promise.all(
    given.map((host) => lookAt(host, askedTogether(new SshHost(host.connection)), signal)),
  ).catch(told);
  const importer = importers[type];
  const { found: all, leftOut } = importer.sort(seen, true);
  const found = all.find((one) => importer.isIt(one, parsed));
  if (!found) throw new Error(`${notFound(id, leftOut)}\n${formOf(type)}`);
  const { owner } = found;
  if (type !== "Domain") {
    const candidates = seen.map((host) => ({ ...host, hasLibvirt: host.facts.libvirtDaemon !== "" }));
    const reasons = [...ownerProblems(found, urn), ...(await reasonsAgainst(found, candidates, signal))];
    if (reasons.length > 0) throw new Error(`${nounOf(found)} cannot be imported as it is: ${reasons.join(" ")}`);
  }
  if (found.kind === "DomainPlacement" && found.hasPassword)
    throw new Error(`${nounOf(found)} has a password, which libvirt does not show: see \`kvm-live discover\`.`);
  return { inputs: importer.inputsOf(found, parsed), ...(owner && { owner }) };
}

function hostOf(word: string): Record<string, unknown> {
  const connection = connectionOf(word);
  if (!connection) throw new Error(`${JSON.stringify(word)} is no id of a Host. ${formOf("Host")}`);
  return { ...connection };
}

const ownerProblems = ({ owner }: { owner?: Owner | undefined }, urn: string): string[] =>
  owner === undefined || owner.urn === urn
    ? []
    : [
        `it belongs to ${describeOwner(owner)}. Remove it from that state (\`pulumi state delete\` touches no host) and write it in this program with adopt set to true.`,
      ];

const notFound = (id: string, leftOut: Sorted["leftOut"]): string =>
  [`Nothing that ${id} stands for is there.`, ...leftOut.map(({ what, reason }) => `${what}: ${reason}`)].join("\n");
