/** A placement's care for others: nobody else acts at the same time, and whoever comes later can read what was done. */

import { readJournal, writeJournal } from "../../placement/lock/journal";
import { type LockedOperation, withHostLocks } from "../../placement/lock/locks";
import { withMigrationTurn } from "../../placement/lock/migration-turn";
import { PlacementUnclear } from "../../placement/migration/wait-until-settled";
import { candidateOf } from "../../placement/observe/candidate";
import { hasActedOn } from "../../placement/observe/own-acts";
import type { Placement } from "../../placement/placement";
import type { Operation } from "../../util/operation";

/** @throws AlreadyLocked when another run acts on the guest; what the work throws */
export function withLocksAndJournal<T>(
  operation: Operation,
  placement: Placement,
  work: (operation: LockedOperation) => Promise<T>,
): Promise<T> {
  const { domain, fenced } = placement;
  const what = { id: domain.uuid, name: domain.name };
  const candidates = placement.candidates.filter(({ name }) => !fenced.includes(name));
  const journal = async (hostNames: readonly string[], text: string) => {
    const hosts = hostNames.map((hostName) => candidateOf(placement, hostName));
    const problems = await writeJournal(hosts, domain.uuid, { who: operation.who, text });
    for (const problem of problems) operation.warn(problem);
  };
  const inTurn: LockedOperation["inTurn"] = (turn, begin) => withMigrationTurn({ ...turn, who: operation.who }, begin);
  return withHostLocks({ what, candidates }, operation, (locks) =>
    work({ ...operation, locks, inTurn, journal }),
  ).finally(() => hasActedOn(domain.uuid));
}

/** Number of the journal's last lines that come with an error that only they explain. */
const historyLines = 5;

/** Adds what was done last to what is unclear, from the hosts that are locked: those answer. */
export async function withHistory(
  { locks }: LockedOperation,
  { candidates, domain }: Placement,
  error: Error,
): Promise<Error> {
  if (!(error instanceof PlacementUnclear)) return error;
  const answering = candidates.filter(({ name }) => locks.locked.includes(name));
  const histories = await Promise.all(
    answering.map(async ({ name, host }) => {
      const lines = await readJournal(host, domain.uuid, historyLines).catch(() => []); // the error matters more
      return lines.length === 0 ? [] : [`Its last journal entries on ${name}:`, ...lines.map((line) => `  ${line}`)];
    }),
  );
  error.message = [error.message, ...histories.flat()].join("\n");
  return error;
}
