/** Whose something is that a create or an update finds on its hosts. */
import { HostError } from "../../host/errors";
import type { Adoption } from "../../lifecycle/adoption";
import type { Operation } from "../../util/operation";
import { type Claim, claim, isOwn, leftTo, type Owner, ownerDrift } from "../../util/owner";

/** Something that this provider has made. */
export interface Noted {
  /** A noun for messages, with its host. */
  what: string;
  /** Undefined where an earlier version has made it. */
  owner: Owner | undefined;
}

const claimsOf = (operation: Operation, found: readonly Noted[], adopt = false): Claim[] =>
  found.map(({ what, owner }) => claim(what, owner, { ...operation, adopt }));

/** @returns why it is not touched */
export const claimProblems = (operation: Operation, found: readonly Noted[], adopt?: boolean): string[] =>
  claimsOf(operation, found, adopt).flatMap(({ problem }) => problem ?? []);

/** For `Definition.claim`: tells what passes over. @returns why the create would be refused */
export function tellClaims(
  { info }: Operation,
  property: string,
  claims: readonly Claim[],
): { property: string; reason: string }[] {
  for (const { notice } of claims) if (notice !== undefined) info(notice);
  return claims.flatMap(({ problem }) => (problem === undefined ? [] : [{ property, reason: problem }]));
}

/** @param look what is there. A host that does not answer may be made ready by the same run */
export async function claimFound(
  operation: Operation,
  { property, adopt }: { property: string; adopt: boolean | undefined },
  look: () => Promise<Noted[]>,
): Promise<{ property: string; reason: string }[]> {
  const found = await look().catch((error: unknown) => {
    if (error instanceof HostError) return [];
    throw error;
  });
  return tellClaims(operation, property, claimsOf(operation, found, adopt));
}

/** For `Definition.adoption`: a host that does not answer may be made ready by the same run. */
export async function adoptionsFound({ info }: Operation, look: () => Promise<Adoption[]>): Promise<Adoption[]> {
  return look().catch((error: unknown) => {
    if (!(error instanceof HostError)) throw error;
    info(`What adopt takes over cannot be said, since a host does not answer yet: ${error.message}`);
    return [];
  });
}

/** Drift of what has passed to somebody else. */
export const ownersDrift = ({ owner }: Pick<Operation, "owner">, found: readonly Noted[]): string[] =>
  found.flatMap((one) => ownerDrift(one.what, one.owner, owner));

/** Notices of a delete, about somebody else's things, which it leaves alone. */
export const othersOf = (found: readonly Noted[], self: Owner | undefined): string[] =>
  found.flatMap(({ what, owner }) => (owner && !isOwn(owner, self) ? [leftTo(what, owner, self)] : []));
