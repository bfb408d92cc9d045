/**
 * Pure: what a migration, whole or cut off, makes of the domain on one host.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainPausedReason
 */
import { type DomainFacts, type Found, isActive } from "./observation";

/**
 * Time without a change after which a destination without a source counts as abandoned, in milliseconds: libvirt's own
 * keepalive takes 30 s to end it.
 */
const abandonedAfterMs = 90_000;

/** A destination whose memory is not complete; its CPUs have never run. */
const isIncoming = ({ job, state, reason }: DomainFacts): boolean =>
  state === "paused" && (reason === "starting up" || (job === "incoming" && !isInPostCopy({ reason })));

const failed = "post-copy failed";
const switchedOver = ["migrating", "api error", "post-copy", failed];

/** A source that has sent everything, and was not told whether the guest runs on the destination. */
export const isSwitchedOverSource = ({ job, state, reason }: DomainFacts): boolean =>
  state === "paused" &&
  switchedOver.includes(reason) &&
  job !== "incoming" &&
  (job !== "outgoing" || reason === failed);

/** Its memory is on two hosts. */
export const isInPostCopy = ({ reason }: Pick<DomainFacts, "reason">): boolean => reason.startsWith("post-copy");

/** True of a guest of its own: it runs, or was paused for a reason that has to do with no migration. */
export const isLiveGuest = (domain: DomainFacts): boolean =>
  isActive(domain) && !isIncoming(domain) && !isSwitchedOverSource(domain);

/** True when `other` is what a move has left of `guest`, and may be destroyed: rows g, l and n of the table. */
export function isStaleCopy({ domain: guest }: Found, { domain: other }: Found): boolean {
  if (isIncoming(other)) return true;
  return isSwitchedOverSource(other) && guest.reason === "migrated";
}

/**
 * A migration whose post-copy has failed on the source only goes on until the destination has noticed.
 *
 * @param unchangedForMs how long the hosts have said the same
 */
export function isMigrating(found: readonly Found[], unchangedForMs: number): boolean {
  const unnoticed = found.some(({ domain }) => domain.reason === "post-copy");
  const leaving = found.some(({ domain }) => domain.job === "outgoing" && (domain.reason !== failed || unnoticed));
  const arriving = found.some(({ domain }) => isIncoming(domain) || domain.job === "incoming");
  return leaving || (unchangedForMs < abandonedAfterMs && arriving);
}
