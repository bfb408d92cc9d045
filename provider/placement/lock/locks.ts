/** Nobody else's run acts on a guest, or on a part of a host, while ours does: a lock on each host. */

import type { Operation } from "../../util/operation";
import { oneLine } from "../../util/printable";
import type { Candidate } from "../observe/candidate";
import { AlreadyLocked, defaultLockTtlSeconds, HostLock, type Locked } from "./host-lock";
import type { TurnRequest } from "./migration-turn";

export interface LockRequest {
  what: Locked;
  /** Where it may be, without those that are known to be off. */
  candidates: readonly Pick<Candidate, "name" | "address" | "port" | "host">[];
  /** Two of them may be one machine by two addresses; its lock is then taken once. @default false */
  mayRepeat?: boolean;
  /** Time without a heartbeat after which a host releases its lock, in seconds. @default 75 */
  lockTtlSeconds?: number;
}

export interface HostLocks {
  /** Names of the candidates that are locked. */
  readonly locked: readonly string[];
  /** Before each step that changes something. @throws LockLost unless every candidate holds its lock for us now */
  assertHeld(): Promise<void>;
}

/** An operation that nobody else's run can act beside, and that leaves a trace for whoever comes later. */
export interface LockedOperation extends Operation {
  locks: HostLocks;
  /** Begins a migration when both of its hosts have room for it beside those of other runs. */
  inTurn<T>(turn: Omit<TurnRequest, "who">, work: () => Promise<T>): Promise<T>;
  /** Appends one line to the guest's journal on these hosts. */
  journal(hostNames: readonly string[], line: string): Promise<void>;
}

/** Someone else may act on the guest by now. */
export class LockLost extends Error {
  constructor(name: string, hostName: string, reason: string) {
    super(
      `${name}: its lock on ${hostName} is not held, so another run may be acting on it: ${reason}
Nothing more was done. Run the same command again: it goes on from what the hosts say then.`,
    );
    this.name = "LockLost";
  }
}

/**
 * A candidate that cannot be reached is not locked. It is for the work to find that it does not answer; should it
 * answer by then, `assertHeld` throws all the same.
 *
 * @throws AlreadyLocked at once, before the work begins, when another run has one of the locks; what the work throws
 */
export async function withHostLocks<T>(
  request: LockRequest,
  { who, signal }: Pick<Operation, "who" | "signal">,
  work: (locks: HostLocks) => Promise<T>,
): Promise<T> {
  const { what, candidates, mayRepeat = false, lockTtlSeconds = defaultLockTtlSeconds } = request;
  // The same order for everybody, so that of two runs one has all locks.
  const inOrder = [...candidates].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const prepared = await Promise.allSettled(
    inOrder.map(({ name, host }) => HostLock.prepare({ what, name, host, holder: who, lockTtlSeconds }, signal)),
  );
  const locks = prepared.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const missing = new Map(
    inOrder.flatMap(({ name }, index): [string, Error][] => {
      const one = prepared[index];
      return one?.status === "rejected" ? [[name, one.reason as Error]] : [];
    }),
  );
  try {
    signal.throwIfAborted();
    const held: HostLock[] = [];
    for (const lock of locks) if (await take(lock, missing, mayRepeat ? who : undefined)) held.push(lock);
    return await work({
      locked: held.map(({ name }) => name),
      assertHeld: async () => {
        for (const [name, { message }] of missing) throw new LockLost(what.name, name, message);
        await Promise.all(held.map((lock) => assertHeld(what, lock)));
      },
    });
  } finally {
    await Promise.all(locks.map((lock) => lock.release()));
  }
}

const orderOf = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;

/** @param self who may have it already, by another address. @returns whether the host holds it for us by this one */
async function take(lock: HostLock, missing: Map<string, Error>, self: string | undefined): Promise<boolean> {
  try {
    await lock.take();
    return true;
  } catch (error) {
    if (!(error instanceof AlreadyLocked)) missing.set(lock.name, error as Error);
    else if (self === undefined || !error.holder.startsWith(`${oneLine(self)}, since `)) throw error;
    return false;
  }
}

async function assertHeld({ name }: Locked, lock: HostLock): Promise<void> {
  try {
    await lock.check();
  } catch (error) {
    throw new LockLost(name, lock.name, (error as Error).message);
  }
}
