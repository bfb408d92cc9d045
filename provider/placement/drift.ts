/** Pure: what is on the candidates and should not be, in words, for a refresh that only tells. */
import type { At } from "./locate";
import { allDescribed, described } from "./observation";
import type { Settled } from "./settle";
import type { Words } from "./words";

export interface Known {
  name: string;
  /** Digest of the definition that it shall have; absent when it shall have none. */
  mark?: string;
  changedByHand: boolean;
  words: Words;
}

export function driftOf({ location }: Settled, known: Known): string[] {
  const { name, words } = known;
  if (location.kind === "nowhere") return [];
  if (location.kind === "split")
    return [
      `the post-copy of ${name} was interrupted: it is ${allDescribed([location.from, location.to])}, with its memory on both`,
    ];
  const { host, domain, leftovers, shells, cutOff } = location;
  const isOdd = domain.state !== "running" && domain.state !== "shut off";
  return [
    ...shells.map(
      (shell) =>
        `a move of ${name} was interrupted: the guest is ${described(location)}, its shell ${described(shell)}`,
    ),
    ...(cutOff ? [`a move of ${name} was interrupted: it is ${described(location)}, and runs nowhere`] : []),
    ...leftovers.map(
      (left) => `${left.host} has a ${words.remains} of ${name} too; the guest is ${described(location)}`,
    ),
    ...(isOdd && !cutOff ? [`${name} is ${described(location)}`] : []),
    ...definitionDrift(location, known, host),
  ];
}

function definitionDrift({ domain }: At, { name, mark, changedByHand }: Known, host: string): string[] {
  if (mark === undefined) return [];
  return [
    !domain.persistent && `${name} on ${host} is transient: it would be gone when it ends`,
    changedByHand && `the definition of ${name} on ${host} was changed by hand`,
    domain.mark !== mark && `the definition of ${name} on ${host} is not the program's`,
  ].filter((line) => line !== false);
}
