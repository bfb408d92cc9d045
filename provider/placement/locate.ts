/**
 * Pure: where a domain is, from what all its candidates say. The letters are those of the table in
 * docs/recovery.md.
 *
 * @see https://libvirt.org/migration.html
 */
import {
  type DomainFacts,
  type DomainName,
  type Found,
  foundOn,
  hasAnswered,
  isActive,
  isSilent,
  type Observation,
  type Sighting,
} from "./observation";
import { isGuest, isHalf, isHandedOver, isShellOf, isUnderWay } from "./roles";
import { memoryLost, runsTwice, sourceLost, strayQemu, undecided, unknown } from "./undecided";
import type { Words } from "./words";

export type Location =
  | { kind: "nowhere" }
  /** A migration is under way, whoever began it. */
  | { kind: "moving"; from: string | undefined; to: string | undefined }
  | At
  /** Post-copy that was interrupted: its memory is on both. */
  | { kind: "split"; from: Found; to: Found; leftovers: Found[] }
  /** Something that must not be touched without a decision of the operator. */
  | { kind: "unclear"; reason: string };

export interface At extends Found {
  kind: "at";
  /** Hosts with a definition of it and nothing that runs. */
  leftovers: Found[];
  /** Hosts where a QEMU of it is left that is not the guest. */
  shells: Found[];
  /** It stands still since a migration was cut off. */
  cutOff: boolean;
}

/** A guest as its user is told of it. */
export interface Told extends DomainName {
  words: Words;
}

export interface Question {
  domain: Told;
  /** The host that counts when it is defined on several and runs on none. */
  preferred: string;
  /** Hosts that the operator has made sure are off; they need not answer. */
  fenced: readonly string[];
  /** For how long the hosts have said the same, in milliseconds. */
  stillMs: number;
}

export function locate(observations: readonly Observation[], question: Question): Location {
  const { domain, fenced, stillMs } = question;
  const found = foundOn(observations);
  const silent = observations.filter(isSilent).filter(({ host }) => !fenced.includes(host));
  const hosts = observations.map(({ host }) => host);
  if (silent.length > 0) return unclear(unknown(hosts, silent, found)); // p
  const strays = observations.filter(hasAnswered).filter(isStray);
  const split = strays.length === 0 ? splitOf(found) : undefined; // k
  if (split) return split;
  if (isUnderWay(found, stillMs)) return moving(found); // b, j
  return strays.length > 0 ? unclear(strayQemu(domain, strays)) : settled(found, question);
}

const isStray = ({ hasQemu, domain }: Sighting) => hasQemu && !(domain && isActive(domain));

function settled(found: readonly Found[], { domain, preferred }: Question): Location {
  const active = found.filter((one) => isActive(one.domain));
  const [guest, second] = active.filter((one) => isGuest(one.domain));
  if (guest && second) return unclear(runsTwice(domain, found)); // h
  if (guest && isHalf(guest.domain)) return unclear(memoryLost(domain, found, guest));
  if (guest) {
    const rest = active.filter((one) => one !== guest);
    if (rest.every((one) => isShellOf(guest, one))) return at(guest, found); // a, c, d, e, g, l, m, n, o
    return unclear(undecided(domain, found, "What runs is not what a migration leaves beside the other one."));
  }
  const [one, other] = active;
  if (one && other) return unclear(undecided(domain, found, "Both stand still, and either may be the guest."));
  if (one) return standing(one, found, domain);
  const off = found.find((each) => each.domain.managedSave) ?? found.find(({ host }) => host === preferred) ?? found[0];
  return off ? at(off, found) : { kind: "nowhere" }; // i
}

function standing(one: Found, found: readonly Found[], domain: Told): Location {
  if (isHalf(one.domain)) return unclear(memoryLost(domain, found, one));
  return isHandedOver(one.domain) ? at(one, found) : unclear(sourceLost(domain, found, one)); // f
}

function splitOf(found: readonly Found[]): Location | undefined {
  const active = found.filter((one) => isActive(one.domain));
  const halves = active.filter(({ domain }) => domain.reason === "post-copy failed");
  const [from, another] = halves.filter(({ domain }) => isHandedOver(domain));
  const to = halves.find((half) => half !== from);
  if (!from || another || !to || active.length > 2) return undefined;
  return { kind: "split", from, to, leftovers: found.filter((one) => !isActive(one.domain)) };
}

function moving(found: readonly Found[]): Location {
  const withJob = (job: DomainFacts["job"]) => found.find(({ domain }) => domain.job === job)?.host;
  return { kind: "moving", from: withJob("outgoing"), to: withJob("incoming") };
}

function at(place: Found, found: readonly Found[]): Location {
  const others = found.filter((other) => other !== place);
  return {
    kind: "at",
    ...place,
    leftovers: others.filter(({ domain }) => !isActive(domain)),
    shells: others.filter(({ domain }) => isActive(domain)),
    cutOff: isHandedOver(place.domain),
  };
}

const unclear = (reason: string): Location => ({ kind: "unclear", reason });
