/**
 * Pure: whose something on a host is, as it is noted there beside it, and what follows from that.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */

/** A resource in a stack's state. */
export interface Owner {
  urn: string;
  /**
   * Made anew at each create: a replacement has the URN of what it replaces, and the deletion of that must not touch it.
   */
  uid: string;
}

/** One word without quotes, for attributes, comments and unit files alike. */
export const printOwner = ({ urn, uid }: Owner): string =>
  `${urn.replace(/[^A-Za-z0-9:._/$-]/gu, encodeURIComponent)}#${uid}`;

/** @returns undefined for anything that {@link printOwner} has not made */
export function parseOwner(text: string | undefined): Owner | undefined {
  const [, encoded = "", uid = ""] = /^(urn:pulumi:[^\s#]{1,4000})#([0-9a-f]{8,32})$/.exec(text ?? "") ?? [];
  try {
    return uid === "" ? undefined : { urn: decodeURIComponent(encoded), uid };
  } catch {
    return undefined;
  }
}

interface UrnParts {
  stack: string;
  project: string;
  /** `kvm:DomainPlacement` is `DomainPlacement` here. */
  type: string;
  name: string;
}

function partsOf(urn: string): UrnParts {
  const [, stack = "", project = "", types = "", name = ""] = /^urn:pulumi:(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn) ?? [];
  return { stack, project, type: types.split(/[:$]/).at(-1) ?? "", name };
}

function isSameStack(one: string, other: string): boolean {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a.stack === b.stack && a.project === b.project;
}

/** `the DomainPlacement web of the stack dev (project lab)` */
export function describeOwner({ urn }: Owner): string {
  const { stack, project, type, name } = partsOf(urn);
  return `the ${type} ${JSON.stringify(name)} of the stack ${JSON.stringify(stack)} (project ${JSON.stringify(project)})`;
}

interface Claimant {
  /** Undefined: nobody can tell whose it is, so nothing is noted and nothing is refused. */
  owner: Owner | undefined;
  isInState: boolean;
  adopt: boolean;
}

/** What a create or an update does about something of this provider's that is there. */
export interface Claim {
  /** Why it is not touched, in words for the user. */
  problem?: string;
  /** What becomes of it, in words for the user. */
  notice?: string;
}

/**
 * @param what a noun for messages
 * @param noted the owner noted beside it; undefined where an earlier version has made it, which noted none
 */
export function claim(what: string, noted: Owner | undefined, { owner, isInState, adopt }: Claimant): Claim {
  if (owner === undefined) return {};
  if (noted === undefined)
    return isInState || adopt
      ? {}
      : {
          problem: `${what} was made by a version of this provider that did not note whose it is. If it is this program's, run \`pulumi up\` with the program as it was, which notes it; to take it over, set adopt to true.`,
        };
  if (noted.uid === owner.uid || noted.urn === owner.urn) return {};
  if (isSameStack(noted.urn, owner.urn))
    return { notice: `${what} passes over from ${describeOwner(noted)} to this one: it stays as it is.` };
  if (adopt)
    return { notice: `${what} is taken over from ${describeOwner(noted)}, which leaves it alone from then on.` };
  const ways = isInState
    ? `This stack has it in its state too: leave it to the other by \`pulumi state delete ${JSON.stringify(owner.urn)}\`, or set adopt to true to take it over.`
    : "Remove it there, or set adopt to true to take it over; the other stack leaves it alone from then on.";
  return { problem: `${what} belongs to ${describeOwner(noted)}. ${ways}` };
}

/** Only the owner takes away. What nobody has noted is its, whoever has it in the state. */
export const isOwn = (noted: Owner | undefined, owner: Owner | undefined): boolean =>
  noted === undefined || noted.uid === owner?.uid;

/** For a delete that leaves something alone. */
export const leftTo = (what: string, noted: Owner, owner: Owner | undefined): string =>
  noted.urn === owner?.urn
    ? `${what} stays: it was made anew since this state was written. It is only removed from the state.`
    : `${what} stays: it belongs to ${describeOwner(noted)} now. It is only removed from the state.`;

export const isSameOwner = (one: Owner | undefined, other: Owner): boolean =>
  one?.uid === other.uid && one.urn === other.urn;

/** Drift of something that has passed to somebody else. */
export const ownerDrift = (what: string, noted: Owner | undefined, owner: Owner | undefined): string[] =>
  owner === undefined || noted === undefined || noted.uid === owner.uid
    ? []
    : [`${what} belongs to ${describeOwner(noted)}`];
