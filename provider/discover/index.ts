/**
 * `discover`: reads hosts and writes a program that takes over what is there. Nothing on them is changed; see
 * docs/adoption.md.
 */
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../host/errors";
import { closeConnections, SshHost } from "../host/ssh-host";
import { askedTogether } from "../host/together";
import { limitConcurrency } from "../util/policy";
import { certificatesOf } from "./certificates";
import { exportsOf } from "./exports";
import { givenHosts } from "./given-hosts";
import { guestsOf } from "./guests";
import { lookAt } from "./look";
import { mountsOf } from "./mounts";
import { programOf } from "./program";
import { projectFiles } from "./project";
import { type Found, type GivenHost, type LeftOut, nounOf, type SeenHost } from "./seen";
import { reasonsAgainst } from "./verify";

export interface Discovery {
  /** Texts by their paths in a folder of their own. */
  files: Record<string, string>;
  /** What the program takes over: the resource, and a noun with its host. */
  adopted: { kind: string; what: string }[];
  /** What it does not, each with the reason. */
  leftOut: LeftOut[];
  /** Keys of the stack's configuration that have to be set as secrets before the first preview. */
  secrets: { key: string; what: string }[];
}

export interface DiscoverOptions {
  /** True takes over what other stacks have made, too: for when their state is lost. @default false */
  takeOver?: boolean;
  /** Path of a configuration file of ssh; the program names it, too. @default the user's, as `Host` reads it */
  sshConfig?: string;
  signal?: AbortSignal;
}

/** No program can be written. */
export class NotDiscovered extends Error {}

/**
 * @param hosts as for ssh, `[USER@]ADDRESS[:PORT]`. Whatever a guest's disks, moves and shares have to do with belongs
 * among them: a guest may run on any of these that has libvirt
 * @throws NotDiscovered with all that is wrong with the words, and with every host that cannot be read: what is not read is not
 * known to be absent
 */
export async function discover(
  hosts: readonly string[],
  { takeOver = false, sshConfig, signal = endless() }: DiscoverOptions = {},
): Promise<Discovery> {
  const given = givenHosts(hosts, sshConfig);
  refuse(given.problems);
  try {
    return await discovered(await readAll(given.hosts, signal), takeOver, signal);
  } finally {
    await closeConnections();
  }
}

function endless(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal); // each command listens while it runs
  return signal;
}

async function readAll(given: readonly GivenHost[], signal: AbortSignal): Promise<SeenHost[]> {
  const looks = given.map((host) => lookAt(host, askedTogether(new SshHost(host.connection)), signal));
  const settled = await Promise.allSettled(looks);
  refuse(settled.flatMap((one) => (one.status === "rejected" ? [messageOf(one.reason)] : [])));
  const seen = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  refuse(sameMachines(seen));
  return seen;
}

/** A guest on a machine with two names would be seen twice. */
const sameMachines = (seen: readonly SeenHost[]): string[] =>
  seen.flatMap(({ name, bootId }, index) =>
    seen
      .slice(index + 1)
      .filter((other) => other.bootId === bootId)
      .map((other) => `${name} and ${other.name} are the same machine. Leave one of them out.`),
  );

function messageOf(error: unknown): string {
  if (error instanceof HostError) return error.message;
  throw error;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new NotDiscovered(problems.join("\n"));
}

/** Of all hosts together, so that no host has many questions at once. */
const concurrently = limitConcurrency(16);

async function discovered(seen: readonly SeenHost[], takeOver: boolean, signal: AbortSignal): Promise<Discovery> {
  const hosts = seen.map(({ name, connection, facts }) => ({
    name,
    connection,
    hasLibvirt: facts.libvirtDaemon !== "",
  }));
  const sorted = [exportsOf, mountsOf, certificatesOf, guestsOf].map((sort) => sort(seen, takeOver));
  const judged = await Promise.all(
    sorted
      .flatMap(({ found }) => found)
      .map((found) => concurrently(async () => ({ found, reasons: await reasonsAgainst(found, hosts, signal) }))),
  );
  const adopted = judged.filter(({ reasons }) => reasons.length === 0).map(({ found }) => found);
  const leftOut = [
    ...sorted.flatMap((one) => one.leftOut),
    ...judged
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ found, reasons }) => ({ what: nounOf(found), reason: reasons.join(" ") })),
  ];
  const { text, domains, secrets } = programOf({ hosts, found: adopted, leftOut });
  return {
    files: { ...projectFiles(`^${ownVersion()}`), "index.ts": text, ...domains },
    adopted: adopted.map((found: Found) => ({ kind: found.kind, what: nounOf(found) })),
    leftOut,
    secrets,
  };
}

const ownVersion = (): string =>
  (JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string }).version;
