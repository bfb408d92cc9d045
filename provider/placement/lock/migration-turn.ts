/**
 * How many migrations one host sends and receives at a time, over the runs of all stacks: for each that it may, a lock at
 * the host, as guests have. Migrations of a run that was cut off, and those by hand, are not counted.
 */
import { pause } from "../../util/pause";
import type { Candidate } from "../observe/candidate";
import { AlreadyLocked, defaultLockTtlSeconds, HostLock } from "./host-lock";

export interface TurnRequest {
  from: Candidate;
  to: Candidate;
  /** Who takes it, for others. */
  who: string;
  /** Ends the waiting. */
  signal: AbortSignal;
  /** Called with who has it, each time that there is no room. */
  onWait(holder: string): void;
  /** @default 5000 */
  askAgainMs?: number;
}

/**
 * Neither host's place is held while the other one is waited for: so two runs that swap guests cannot block each other.
 *
 * @throws the signal's reason when it ends the waiting; HostError; what the work throws
 */
export async function withMigrationTurn<T>(request: TurnRequest, work: () => Promise<T>): Promise<T> {
  const { signal, onWait, askAgainMs = 5000 } = request;
  for (;;) {
    signal.throwIfAborted();
    const locks = await prepare(request);
    try {
      const holder = await takenBy(locks);
      if (holder === undefined) return await work();
      onWait(holder);
    } finally {
      await Promise.all(locks.map((lock) => lock.release()));
    }
    await pause(askAgainMs, signal);
  }
}

async function prepare({ from, to, who, signal }: TurnRequest): Promise<HostLock[]> {
  const place = (id: string, { name, host }: Candidate, places: number) =>
    HostLock.prepare(
      { what: { id, name: `the migrations of ${name}`, places }, name, host, holder: who, ...ttl },
      signal,
    );
  const prepared = await Promise.allSettled([
    place("outgoing-migration", from, from.maxOutgoingMigrations),
    place("incoming-migration", to, to.maxIncomingMigrations),
  ]);
  const locks = prepared.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = prepared.find((one) => one.status === "rejected");
  if (!failed) return locks;
  await Promise.all(locks.map((lock) => lock.release()));
  throw failed.reason;
}

const ttl = { lockTtlSeconds: defaultLockTtlSeconds };

/** Takes one after the other. @returns who has the first that cannot be had; undefined when all are taken */
async function takenBy(locks: readonly HostLock[]): Promise<string | undefined> {
  try {
    for (const lock of locks) await lock.take();
    return undefined;
  } catch (error) {
    if (error instanceof AlreadyLocked) return error.holder;
    throw error;
  }
}
