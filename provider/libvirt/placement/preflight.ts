/** What would make steps fail, found out before the first of them; all at once. */
import { defaultTlsPort } from "../daemon-settings";
import { type FailedHandshake, handshakes } from "../handshake";
import type { HandshakeFailure } from "../handshake-errors";
import { type Provision, provisionsOf, requirementsOf } from "../requirements";
import type { Candidate, DomainName } from "./candidates";
import type { Sighting } from "./locate";
import type { Step } from "./plan";

export interface PreflightQuestion {
  domain: DomainName;
  definition: string;
  steps: readonly Step[];
  sightings: readonly Sighting[];
  candidate: (name: string) => Candidate;
}

/** @returns problems, each with the host, the reason and the fix */
export async function preflight(question: PreflightQuestion, signal: AbortSignal): Promise<string[]> {
  const { steps, definition, candidate } = question;
  const needs = requirementsOf(definition);
  const ask = (name: string) => provisionsOf(candidate(name).host, needs, signal);
  const starts = steps.flatMap((step) => (step.do === "start" ? [step.on] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const lacking = await Promise.all(starts.map(async (name) => lacks(name, await ask(name))));
  const moving = await Promise.all(
    moves.map(async ({ from, to }) => {
      const talk = handshakes(candidate(from).host, [candidate(to)], defaultTlsPort, signal);
      const [there, here, failed] = await Promise.all([ask(to), ask(from), talk]);
      return [...lacks(to, there), ...otherImages(from, to, here, there), ...failed.map((one) => noTalk(from, one))];
    }),
  );
  return [...nameTaken(question), ...lacking.flat(), ...moving.flat()];
}

const remedies: Readonly<Record<Provision["kind"], string>> = {
  image: "Put the image there, or mount the storage that holds it (NfsMount)",
  folder: "Make the folder, or mount the storage that holds it (NfsMount)",
  bridge: "Make the bridge (`ip link add … type bridge` or `ovs-vsctl add-br …`)",
  emulator: "Install it (Debian: `apt-get install qemu-system-x86`), or name another <emulator> in the domain's XML",
};

const lacks = (name: string, provisions: readonly Provision[]): string[] =>
  provisions
    .filter(({ has }) => !has)
    .map(({ kind, what }) => `${name} has no ${kind} ${what}, which the domain needs. ${remedies[kind]}.`);

/** From peer to peer the source's libvirt calls the destination's. */
function noTalk(from: string, { peer, uri, failure, said }: FailedHandshake): string {
  const fixes: Partial<Record<HandshakeFailure, string>> = {
    "nothing listens": `Nothing listens there: a LibvirtTlsPki with ${peer} among its hosts sets it up`,
    "certificate not trusted": `The two were not given certificates by one authority: put both into one LibvirtTlsPki`,
    "name mismatch": `${peer}'s certificate is for other names: put it into a LibvirtTlsPki under the address it is reached by`,
    "no answer": "Look at the firewall and the network between the two",
  };
  return `libvirt on ${from} cannot talk to ${uri} (${peer}): ${failure}. ${fixes[failure] ?? said}.`;
}

/** The same path may be another file: a guest that moved onto it would go on with another disk. */
function otherImages(from: string, to: string, here: readonly Provision[], there: readonly Provision[]): string[] {
  return here.flatMap(({ what, inode }) => {
    const other = there.find((provision) => provision.what === what)?.inode;
    if (inode === undefined || other === undefined || inode === other) return [];
    return [`${what} on ${to} is another file than on ${from}. Both hosts have to mount the same storage there.`];
  });
}

function nameTaken({ domain, steps, sightings }: PreflightQuestion): string[] {
  const arrivals = steps.flatMap((step) => (step.do === "migrate" ? [step.to] : step.do === "define" ? [step.on] : []));
  return [...new Set(arrivals)].flatMap((name) => {
    const uuid = sightings.find(({ host }) => host === name)?.names.get(domain.name);
    if (uuid === undefined || uuid === domain.uuid) return [];
    return [
      `${name} has another domain with the name ${JSON.stringify(domain.name)} and the UUID ${uuid}. Rename one of the two: libvirt knows a name once a host.`,
    ];
  });
}
