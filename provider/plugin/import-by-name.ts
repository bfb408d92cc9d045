/** `pulumi import` of what hosts know by the resource's name in its stack: rules and keys carry a digest of its URN. */
import type { GivenHost } from "../discover/seen";
import type { Imported } from "../lifecycle/plugin";
import { sshAccessAsItIs } from "../resources/libvirt-ssh-access/as-it-is";
import { firewallAsItIs } from "../resources/migration-firewall/as-it-is";
import { lookingOperation, type Operation } from "../util/operation";
import { describeOwner, type Owner } from "../util/owner";

type Reader = (operation: Operation, hosts: readonly WordedHost[], urn: string) => Promise<Imported>;

/** A host, and how the id has it. */
export interface WordedHost extends GivenHost {
  word: string;
}

const connectionsOf = (hosts: readonly WordedHost[]) =>
  Object.fromEntries(hosts.map(({ name, connection }) => [name, connection]));
const namesOf = (hosts: readonly WordedHost[]) => hosts.map(({ name }) => name).join(", ");
const wordsOf = (hosts: readonly WordedHost[], names: readonly string[]) =>
  hosts.filter(({ name }) => names.includes(name)).map(({ word }) => word);

const readers: Readonly<Record<"LibvirtSshAccess" | "MigrationFirewall", Reader>> = {
  LibvirtSshAccess: async (operation, hosts, urn) => {
    const { isThere, owner, differences, others } = await sshAccessAsItIs(operation, connectionsOf(hosts), urn);
    if (!isThere) throw notThere("LibvirtSshAccess", hosts, others);
    refuseDifferences(differences);
    return { inputs: { hosts: hosts.map(({ word }) => word) }, ...(owner && { owner }) };
  },
  MigrationFirewall: async (operation, hosts, urn) => {
    const seen = await firewallAsItIs(operation, connectionsOf(hosts), urn);
    if (seen.hosts.length === 0) throw notThere("MigrationFirewall", hosts, seen.others);
    refuseDifferences(seen.differences);
    const peers = wordsOf(hosts, seen.peers);
    const inputs = {
      hosts: wordsOf(hosts, seen.hosts),
      ...(peers.length > 0 && { peers }),
      ...(seen.ports && { migrations: [], ports: seen.ports }),
    };
    const note = `No rule is needed on ${namesOf(hosts)}, so that nothing there tells which ports the program had: those of a move with all defaults are imported.`;
    return { inputs, ...(seen.owner && { owner: seen.owner }), ...(seen.isUnfiltered && { notes: [note] }) };
  },
};

type KnownByName = keyof typeof readers;

export const isKnownByName = (type: string): type is KnownByName => Object.hasOwn(readers, type);

/** @throws Error where nothing of the resource is there, or a program would change it */
export function importedByName(
  type: KnownByName,
  hosts: readonly WordedHost[],
  urn: string,
  signal: AbortSignal,
): Promise<Imported> {
  const silent = { info: () => {}, warn: () => {}, owner: undefined };
  return readers[type](lookingOperation({ who: "import", isInState: true, ...silent, signal }), hosts, urn);
}

function notThere(type: KnownByName, hosts: readonly WordedHost[], others: readonly Owner[]): Error {
  const owners = [...new Set(others.map(describeOwner))];
  const found =
    owners.length === 0
      ? ""
      : ` What is there belongs to ${owners.join(", and to ")}: import it in that stack, and by that name.`;
  return new Error(
    `Nothing of a ${type} of this stack and name is on ${namesOf(hosts)}: hosts know it by its name in the stack.${found}`,
  );
}

function refuseDifferences(differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new Error(
    `It cannot be imported as it is, since a program with these hosts would change it. The id has to name all of its hosts; else write it in a program of this stack and name, and \`pulumi up\` puts it right:\n${differences.join("\n")}`,
  );
}
