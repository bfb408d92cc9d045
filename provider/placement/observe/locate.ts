/**
 * Pure: where a domain is, from what all its candidates say. The letters are those of the table in
 * docs/recovery.md.
 *
 * @see https://libvirt.org/migration.html
 */

import type { Wanted } from "../plan/wanted";
import { isInPostCopy, isLiveGuest, isMigrating, isStaleCopy, isSwitchedOverSource } from "./domain-roles";
import {
  type AnsweringHost,
  type DomainFacts,
  type Found,
  foundOn,
  hasAnswered,
  isActive,
  isSilent,
  isUnreachable,
  type Observation,
} from "./observation";
import { memoryLost, runsTwice, sourceLost, strayQemu, undecided, unknownLocation } from "./operator-advice";

export type SettledLocation =
  | { kind: "nowhere" }
  | GuestLocation
  /** Post-copy that was interrupted: its memory is on both. */
  | { kind: "split"; from: Found; to: Found; leftovers: Found[] };

export type Location =
  | SettledLocation
  /** A migration is under way, whoever began it. */
  | { kind: "moving"; from: string | undefined; to: string | undefined }
  /** Something that must not be touched without a decision of the operator. */
  | { kind: "unclear"; reason: string };

export interface GuestLocation extends Found {
  kind: "at";
  /** Hosts with a definition of it and nothing that runs. */
  leftovers: Found[];
  /** Hosts where a QEMU of it is left that is not the guest. */
  staleCopies: Found[];
  /** The guest is paused since a migration was interrupted. */
  isInterrupted: boolean;
}

/** The answers of all candidates, and the location that follows from them. */
export interface Located<Where extends Location = Location> {
  location: Where;
  observations: Observation[];
  /** Time for which the hosts had given the same answers by then, in milliseconds. */
  unchangedForMs: number;
}

export function locate(observations: readonly Observation[], wanted: Wanted, unchangedForMs: number): Location {
  const { fenced } = wanted;
  const found = foundOn(observations);
  const isMissing = (one: Observation) => isSilent(one) || (isUnreachable(one) && !fenced.includes(one.hostName));
  if (observations.some(isMissing)) return unclear(unknownLocation(wanted, observations)); // p
  const strays = observations.filter(hasAnswered).filter(isStray);
  const split = strays.length === 0 ? splitOf(found) : undefined; // k
  if (split) return split;
  if (isMigrating(found, unchangedForMs)) return moving(found); // b, j
  return strays.length > 0 ? unclear(strayQemu(wanted, strays)) : decide(found, wanted);
}

const isStray = ({ hasQemu, domain }: AnsweringHost) => hasQemu && !(domain && isActive(domain));

function decide(found: readonly Found[], wanted: Wanted): Location {
  const active = found.filter((one) => isActive(one.domain));
  const [guest, second] = active.filter((one) => isLiveGuest(one.domain));
  if (guest && second) return unclear(runsTwice(wanted, found)); // h
  if (guest && isInPostCopy(guest.domain)) return unclear(memoryLost(wanted, found, guest));
  if (guest) {
    const rest = active.filter((one) => one !== guest);
    if (rest.every((one) => isStaleCopy(guest, one))) return at(guest, found); // a, c, d, e, g, l, m, n, o
    return unclear(
      undecided(wanted, found, "Nothing shows that the running guest came by a migration from the paused one."),
    );
  }
  const [one, other] = active;
  if (one && other) return unclear(undecided(wanted, found, "Both are paused, and either may be the guest."));
  if (one) return pausedOnly(one, found, wanted);
  const off =
    found.find((each) => each.domain.managedSave) ??
    found.find(({ hostName }) => hostName === wanted.hostName) ??
    found.find(({ hostName }) => wanted.mayStayOn?.includes(hostName)) ??
    found[0];
  return off ? at(off, found) : { kind: "nowhere" }; // i
}

function pausedOnly(one: Found, found: readonly Found[], wanted: Wanted): Location {
  if (isInPostCopy(one.domain)) return unclear(memoryLost(wanted, found, one));
  return isSwitchedOverSource(one.domain) ? at(one, found) : unclear(sourceLost(wanted, found, one)); // f
}

function splitOf(found: readonly Found[]): Location | undefined {
  const active = found.filter((one) => isActive(one.domain));
  const halves = active.filter(({ domain }) => domain.reason === "post-copy failed");
  const [from, another] = halves.filter(({ domain }) => isSwitchedOverSource(domain));
  const to = halves.find((half) => half !== from);
  if (!from || another || !to || active.length > 2) return undefined;
  return { kind: "split", from, to, leftovers: found.filter((one) => !isActive(one.domain)) };
}

function moving(found: readonly Found[]): Location {
  const withJob = (job: DomainFacts["job"]) => found.find(({ domain }) => domain.job === job)?.hostName;
  return { kind: "moving", from: withJob("outgoing"), to: withJob("incoming") };
}

function at(guest: Found, found: readonly Found[]): Location {
  const others = found.filter((other) => other !== guest);
  return {
    kind: "at",
    ...guest,
    leftovers: others.filter(({ domain }) => !isActive(domain)),
    staleCopies: others.filter(({ domain }) => isActive(domain)),
    isInterrupted: isSwitchedOverSource(guest.domain),
  };
}

const unclear = (reason: string): Location => ({ kind: "unclear", reason });
