/** Pure: what is on the candidates and should not be, in words, for a refresh that only tells. */

import { ownerDrift } from "../../util/owner";
import type { Wanted } from "../plan/wanted";
import type { GuestLocation, SettledLocation } from "./locate";
import { allDescribed, described } from "./observation";

export function driftOf(location: SettledLocation, wanted: Wanted, isChangedByHand: boolean): string[] {
  const { name } = wanted.domain;
  if (location.kind === "nowhere") return [];
  if (location.kind === "split") {
    const halves = allDescribed([location.from, location.to]);
    return [`the post-copy of ${name} was interrupted: it is ${halves}, with its memory on both`];
  }
  const { domain, leftovers, staleCopies, isInterrupted } = location;
  const guest = described(location);
  const isNeitherOnNorOff = domain.state !== "running" && domain.state !== "shut off";
  return [
    ...staleCopies.map(
      (copy) => `a move of ${name} was interrupted: the guest is ${guest}, a stale copy is ${described(copy)}`,
    ),
    ...(isInterrupted ? [`a move of ${name} was interrupted: it is ${guest}, and runs nowhere`] : []),
    ...leftovers.map(
      (one) => `${one.hostName} has a ${wanted.messages.leftover} of ${name} too; the guest is ${guest}`,
    ),
    ...(isNeitherOnNorOff && !isInterrupted ? [`${name} is ${guest}`] : []),
    ...ownerDrift(`${name} on ${location.hostName}`, domain.owner, wanted.owner),
    ...definitionDrift(location, wanted, isChangedByHand),
  ];
}

/** A transient guest has no definition beside what it runs with. */
function definitionDrift(
  { domain, hostName }: GuestLocation,
  { domain: { name }, mark, persistent }: Wanted,
  isChangedByHand: boolean,
): string[] {
  if (!persistent) return [];
  return [
    !domain.persistent && `${name} on ${hostName} is transient: it is gone when it ends`,
    isChangedByHand && `the definition of ${name} on ${hostName} was changed by hand`,
    domain.mark !== mark && `the definition of ${name} on ${hostName} is not the program's`,
  ].filter((line) => line !== false);
}
