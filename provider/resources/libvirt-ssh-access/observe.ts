/** Provider side of `LibvirtSshAccess`: what is looked at before anything is decided, and how it differs from the inputs. */
import { z } from "zod";
import type { RemoteHost } from "../../host/host";
import { inspectSsh, type SshFacts } from "../../libvirt/ssh-access/inspect";
import {
  accessMarkOf,
  authorizedLines,
  hasMark,
  knownLines,
  ownersOfLines,
  ownLines,
  type SshPeer,
} from "../../libvirt/ssh-access/lines";
import { type SharedFile, sharedFiles, sshPaths } from "../../libvirt/ssh-access/places";
import type { Noted } from "../shared/claim";
import { connections, hasDistinctAddresses } from "../shared/inputs";
import { together } from "../shared/many-hosts";
import { hostAt } from "../shared/ssh-host";

export const sshAccessSchema = z.strictObject({
  hosts: connections
    .refine((hosts) => Object.keys(hosts).length > 1, "must have at least two Hosts")
    .refine(hasDistinctAddresses, "must not name an address twice"),
  user: z.literal("root", "must be root: no other account's files are written").default("root"),
  // Derived: what its lines and keys are known by.
  accessId: z.string().optional(),
});

export type SshAccessInputs = z.infer<typeof sshAccessSchema>;

/** One machine as it is found. */
export interface SshHostFacts {
  /** Name of the `Host` in the program. */
  name: string;
  host: RemoteHost;
  address: string;
  port: number | undefined;
  /** Addresses of the others. */
  peers: string[];
  facts: SshFacts;
}

export interface SshAccessFacts {
  hosts: SshHostFacts[];
  /** Hosts of the last state that the inputs no longer have, also by no other address. */
  removed: SshHostFacts[];
}

export async function observeSshHosts(
  args: SshAccessInputs,
  removedInputs: SshAccessInputs["hosts"],
  signal: AbortSignal,
): Promise<SshAccessFacts> {
  const addresses = Object.values(args.hosts).map(({ address }) => address);
  const observeAll = (some: SshAccessInputs["hosts"]) =>
    together(Object.entries(some), async ([name, connection]): Promise<SshHostFacts> => {
      const host = hostAt(connection);
      const { address, port } = connection;
      const peers = addresses.filter((other) => other !== address);
      return { name, host, address, port, peers, facts: await inspectSsh(host, peers, signal) };
    });
  const [hosts, gone] = await Promise.all([observeAll(args.hosts), observeAll(removedInputs)]);
  const removed = gone.filter((one) => !hosts.some((other) => isSameMachine(one, other)));
  return { hosts, removed };
}

const isSameMachine = (one: SshHostFacts, other: SshHostFacts) => one.facts.bootId === other.facts.bootId;

/** Reasons not to begin, all of them. */
export const sshAccessProblems = ({ hosts }: SshAccessFacts): string[] =>
  hosts.flatMap((one, index) => {
    const { name, facts } = one;
    const twin = hosts.slice(0, index).find((other) => isSameMachine(one, other));
    return [
      ...(twin ? [`${twin.name} and ${name} are the same machine.`] : []),
      ...(facts.hasVirsh ? [] : [`${name} has no virsh: on Debian, \`apt-get install libvirt-clients\`.`]),
      ...(facts.hostKeys.length > 0
        ? []
        : [
            `${name} has no /etc/ssh/ssh_host_*_key.pub, so other hosts could not verify it. Run \`ssh-keygen -A\` there.`,
          ]),
      ...(facts.keyProblem
        ? [`${name}: ${sshPaths.key} ${facts.keyProblem}. Repair it, or move it away: a new key is then generated.`]
        : []),
    ];
  });

export const markIn = ({ accessId = "" }: SshAccessInputs) => accessMarkOf(accessId);

/** True when something of ours is there. */
export function hasOwnAccess({ facts: { key, files } }: SshHostFacts, mark: string): boolean {
  return (key && hasMark(key.comment, mark)) || sharedFiles.some((file) => ownLines(files[file].text, mark).length > 0);
}

/** The owner that its lines name. */
export const noted = ({ name, facts: { files } }: SshHostFacts, mark: string): Noted[] => {
  const owners = sharedFiles.flatMap((file) => ownersOfLines(files[file].text, mark));
  return owners.slice(0, 1).map((owner) => ({ what: `the SSH access from ${name}`, owner }));
};

/** Our lines that one host's files should have. */
export function wantedLines(seen: SshHostFacts, { hosts }: SshAccessFacts, mark: string): Record<SharedFile, string[]> {
  const peers = hosts.filter((one) => one !== seen).map((one) => peerFor(seen, one));
  return { knownHosts: knownLines(peers, mark), authorizedKeys: authorizedLines(peers, mark) };
}

const peerFor = (seen: SshHostFacts, { address, port, facts }: SshHostFacts): SshPeer => ({
  address,
  source: facts.sources.get(seen.address),
  port,
  publicKey: facts.key?.text,
  hostKeys: facts.hostKeys,
});

/** How everything but the logins differs from the inputs, in words. */
export function sshDifferences(seen: SshAccessFacts, mark: string): string[] {
  const all = seen.hosts.flatMap((one) => {
    const { key, keyProblem = key ? undefined : "is missing", folderProblem } = one.facts;
    const lines = sharedFiles.flatMap((file) => fileDifferences(one, seen, file, mark));
    const own = [about(sshPaths.folder, folderProblem), about(sshPaths.key, keyProblem), ...lines];
    return own.flatMap((words) => (words ? [`${one.name}: ${words}`] : []));
  });
  const left = seen.removed
    .filter((one) => hasOwnAccess(one, mark))
    .map(({ name }) => `${name}: is no longer one of the hosts`);
  return [...all, ...left];
}

export function fileDifferences(one: SshHostFacts, seen: SshAccessFacts, file: SharedFile, mark: string): string[] {
  const { text, problem } = one.facts.files[file];
  const has = ownLines(text, mark);
  const should = wantedLines(one, seen, mark)[file];
  const missing = seen.hosts.filter((peer) => {
    const theirs = wantedLines(one, { ...seen, hosts: [peer] }, mark)[file];
    return peer !== one && !theirs.every((line) => has.includes(line));
  });
  const lacks = missing.map(({ name }) =>
    file === "knownHosts" ? `lacks the host keys of ${name}` : `lacks the key of root on ${name}`,
  );
  const extra = has.some((line) => !should.includes(line))
    ? ["has a line written by this provider that no longer belongs there"]
    : [];
  return [problem, ...lacks, ...extra].flatMap((words) => about(sshPaths[file], words) ?? []);
}

const about = (path: string, words: string | undefined) => words && `${path} ${words}`;
