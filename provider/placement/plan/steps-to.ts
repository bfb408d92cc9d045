/** Pure: the steps from where a domain is to where it shall be; what a cut-off move has left comes first. */

import { isOwn, isSameOwner } from "../../util/owner";
import type { GuestLocation, SettledLocation } from "../observe/locate";
import { type Found, isActive, stateAndReason } from "../observe/observation";
import type { Step } from "./steps";
import type { Wanted } from "./wanted";

/** @param redefine whether its definition was changed by hand, and is to be written again */
export function stepsTo(location: SettledLocation, wanted: Wanted, redefine: boolean): Step[] {
  if (location.kind === "nowhere") return fromNowhere(wanted);
  if (location.kind === "at")
    return hasEnded(location, wanted) ? restart(location, wanted) : fromGuest(location, wanted, redefine);
  return [resumePostCopy(location), ...fromGuest(afterPostCopy(location), wanted, redefine)];
}

/** A guest without a definition is gone when it ends, except for what its end has left. */
const hasEnded = ({ domain }: GuestLocation, { persistent, powerState }: Wanted) =>
  !persistent && powerState === "running" && !isActive(domain);

const restart = (location: GuestLocation, wanted: Wanted): Step[] => [
  ...undefineAll([location, ...definitionsBeside(location)]),
  ...fromNowhere(wanted),
];

type Split = Extract<SettledLocation, { kind: "split" }>;

export type GuestOrSplit = GuestLocation | Split;

const resumePostCopy = ({ from, to }: Split): Step => ({
  do: "resume post-copy",
  from: from.hostName,
  to: to.hostName,
});

function afterPostCopy({ to, leftovers }: Split): GuestLocation {
  const domain = { ...to.domain, state: "running", reason: "migrated", job: "none" } as const;
  return { kind: "at", hostName: to.hostName, domain, leftovers, staleCopies: [], isInterrupted: false };
}

function fromNowhere({ hostName: on, powerState, autostart, persistent }: Wanted): Step[] {
  if (!persistent) return [{ do: "create", on }];
  return present(
    { do: "define", on },
    autostart && { do: "set autostart", on, enabled: true },
    powerState === "running" && { do: "start", on },
  );
}

function fromGuest(location: GuestLocation, wanted: Wanted, redefine: boolean): Step[] {
  const { domain, hostName: here, staleCopies, isInterrupted } = location;
  const { hostName: to, powerState, autostart } = wanted;
  const shouldRun = powerState === "running";
  const runs = isActive(domain);
  const movesLive = here !== to && runs && shouldRun;
  const movesOff = here !== to && !movesLive;
  const isPaused = domain.state === "paused" && !isInterrupted;
  const waitsForDisk = isPaused && domain.reason === "I/O error";
  return present(
    ...staleCopies.map(destroyStaleCopy),
    isInterrupted && { do: "roll back", on: here, expectedState: stateAndReason(domain) },
    shouldRun && waitsForDisk && { do: "resume", on: here }, // it would arrive waiting
    !movesOff &&
      changesOwner(location, wanted, redefine) && { do: "set owner", on: here, mark: domain.mark ?? wanted.mark },
    runs && !shouldRun && { do: "shut down", on: here },
    movesLive && { do: "migrate", from: here, to },
    (movesOff || needsDefinition(location, wanted, redefine)) && { do: "define", on: to },
    // It is on the new host before it leaves the old one; a definition that was left there is overwritten.
    ...undefineAll([...(movesOff ? [location] : []), ...definitionsBeside(location)], to),
    autostart !== autostartAt(location, to) && { do: "set autostart", on: to, enabled: autostart },
    shouldRun && !runs && { do: "start", on: to },
    shouldRun && isPaused && !waitsForDisk && { do: "resume", on: to },
  );
}

/** A definition that is written anew has its owner. */
function changesOwner(location: GuestLocation, wanted: Wanted, redefine: boolean): boolean {
  const { domain, hostName } = location;
  const { owner } = wanted;
  const isNoted = owner === undefined || domain.mark === undefined || isSameOwner(domain.owner, owner);
  if (isNoted && !lacksOnlyMark(location, wanted)) return false;
  return hostName !== wanted.hostName || !needsDefinition(location, wanted, redefine);
}

/** It is taken over as it is: its definition is the wanted one, or it has none, and is wanted without. */
function lacksOnlyMark({ domain }: GuestLocation, { persistent, shownDigest }: Wanted): boolean {
  if (domain.shownDigest === undefined || domain.persistent !== persistent || !shownDigest) return false;
  return !persistent || domain.shownDigest === shownDigest();
}

/** A running guest is not left without a definition: it is off before that goes. */
export function stepsToNowhere(location: GuestOrSplit, wanted: Wanted, onDelete: "shutdown" | "destroy"): Step[] {
  if (location.kind === "split")
    return [resumePostCopy(location), ...stepsToNowhere(afterPostCopy(location), wanted, onDelete)];
  const { domain, hostName: on, staleCopies, isInterrupted } = location;
  const expectedState = stateAndReason(domain);
  const isOwned = (found: Found) => isOwn(found.domain.owner, wanted.owner);
  const isAsked = isActive(domain) && onDelete === "shutdown";
  return present(
    ...staleCopies.map(destroyStaleCopy),
    isAsked && isInterrupted && { do: "roll back", on, expectedState },
    isAsked && { do: "shut down", on },
    isActive(domain) && onDelete === "destroy" && { do: "destroy", on, expectedState },
    // A transient domain has no definition to take away once it is off.
    ...undefineAll([location, ...definitionsBeside(location)].filter(isOwned)),
  );
}

const present = (...steps: (Step | false)[]): Step[] => steps.filter((step) => step !== false);

const destroyStaleCopy = ({ hostName: on, domain }: Found): Step => ({
  do: "destroy stale copy",
  on,
  expectedState: stateAndReason(domain),
});

/** In an order that does not depend on which of them is taken for the guest. */
function undefineAll(found: readonly Found[], except?: string): Step[] {
  return found
    .filter(({ hostName, domain }) => hostName !== except && domain.persistent)
    .sort((one, other) => (one.hostName < other.hostName ? -1 : 1))
    .map(({ hostName: on, domain }) => ({ do: "undefine", on, expectedState: stateAndReason(domain) }));
}

/** On other hosts than where it is. */
const definitionsBeside = ({ leftovers, staleCopies }: GuestLocation): Found[] => [...staleCopies, ...leftovers];

/** A move does not take it along, and leaves it as it is on the host where a definition was left. */
function autostartAt(location: GuestLocation, hostName: string): boolean {
  const there = [location, ...definitionsBeside(location)].find((one) => one.hostName === hostName);
  return there?.domain.autostart ?? false;
}

function needsDefinition(location: GuestLocation, wanted: Wanted, redefine: boolean): boolean {
  const { domain } = location;
  if (!wanted.persistent) return false;
  return (domain.mark !== wanted.mark && !lacksOnlyMark(location, wanted)) || redefine || !domain.persistent;
}
