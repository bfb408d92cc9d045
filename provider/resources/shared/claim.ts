/** Whose something is that a create or an update finds on its hosts. */
import { HostError } from "../../host/errors";
import type { Operation } from "../../util/operation";
import { claim, describeOwner, isOwn, leftTo, type Owner } from "../../util/owner";

/** Something that this provider has made. */
export interface Noted {
  /** A noun for messages, with its host. */
  what: string;
  /** Undefined where an earlier version has made it. */
  owner: Owner | undefined;
}

/** @returns why it is not touched */
export const claimProblems = (operation: Operation, found: readonly Noted[], adopt = false): string[] =>
  found.flatMap(({ what, owner }) => claim(what, owner, { ...operation, adopt }).problem ?? []);

/**
 * For `Definition.claim`: tells what passes over.
 *
 * @param look what is there. A host that does not answer may be made ready by the same run
 */
export async function claimFound(
  operation: Operation,
  { property, adopt = false }: { property: string; adopt: boolean | undefined },
  look: () => Promise<Noted[]>,
): Promise<{ property: string; reason: string }[]> {
  const found = await look().catch((error: unknown) => {
    if (error instanceof HostError) return [];
    throw error;
  });
  for (const { what, owner } of found) {
    const { notice } = claim(what, owner, { ...operation, adopt });
    if (notice !== undefined) operation.info(notice);
  }
  return claimProblems(operation, found, adopt).map((reason) => ({ property, reason }));
}

/** What a refresh tells of something that has passed to somebody else. */
export const ownerDrift = (operation: Pick<Operation, "owner">, found: readonly Noted[]): string[] =>
  found.flatMap(({ what, owner }) =>
    owner === undefined || operation.owner === undefined || owner.uid === operation.owner.uid
      ? []
      : [`${what} belongs to ${describeOwner(owner)}`],
  );

/** What a delete tells of what is somebody else's by now, and leaves alone. */
export const othersOf = (found: readonly Noted[], self: Owner | undefined): string[] =>
  found.flatMap(({ what, owner }) => (owner && !isOwn(owner, self) ? [leftTo(what, owner, self)] : []));
