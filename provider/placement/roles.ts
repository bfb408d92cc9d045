/**
 * Pure: what a migration, whole or cut off, makes of the domain on one host.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainPausedReason
 */
import { type DomainFacts, type Found, isActive } from "./observation";

/** How long nothing has to change until a destination without a source is given up, in milliseconds: libvirt's own
 * keepalive takes 30 s to end it. */
const patienceMs = 90_000;

/** A destination whose memory is not complete; its CPUs have never run. */
const isArriving = ({ job, state, reason }: DomainFacts): boolean =>
  state === "paused" && (reason === "starting up" || (job === "incoming" && !isHalf({ reason })));

/** A source that has handed its memory over, and was not told whether the guest runs there. */
export const isHandedOver = ({ job, state, reason }: DomainFacts): boolean =>
  state === "paused" && handedOver.includes(reason) && job !== "incoming" && (job !== "outgoing" || reason === failed);

const failed = "post-copy failed";
const handedOver = ["migrating", "api error", "post-copy", failed];

/** Its memory is on two hosts. */
export const isHalf = ({ reason }: Pick<DomainFacts, "reason">): boolean => reason.startsWith("post-copy");

/** Whatever it is, it is a guest: it runs, or was paused for a reason that has to do with no migration. */
export const isGuest = (domain: DomainFacts): boolean =>
  isActive(domain) && !isArriving(domain) && !isHandedOver(domain);

/** What is left on `other` of a move whose guest is `guest`, and may go: rows g, l and n of the table. */
export function isShellOf({ domain: guest }: Found, { domain: other }: Found): boolean {
  if (isArriving(other)) return true;
  return isHandedOver(other) && guest.reason === "migrated";
}

/**
 * A migration whose post-copy has failed on the source only goes on until the destination has noticed.
 *
 * @param stillMs for how long the hosts have said the same
 */
export function isUnderWay(found: readonly Found[], stillMs: number): boolean {
  const unnoticed = found.some(({ domain }) => domain.reason === "post-copy");
  const leaving = found.some(({ domain }) => domain.job === "outgoing" && (domain.reason !== failed || unnoticed));
  const arriving = found.some(({ domain }) => isArriving(domain) || domain.job === "incoming");
  return leaving || (stillMs < patienceMs && arriving);
}
