/** Nobody else's run acts on the guest while ours does: a lock on each candidate. */
import type { Candidate } from "./candidates";
import { GuestBusy, GuestLock, usualPatienceSeconds } from "./guest-lock";
import type { DomainName } from "./observation";

export interface Guarding {
  domain: DomainName;
  /** Where it may be, without those that are known to be off. */
  candidates: readonly Pick<Candidate, "name" | "address" | "port" | "host">[];
  /** Who acts, for others. */
  holder: string;
  ways: { signal: AbortSignal };
  /** Time without a heartbeat after which a host gives its lock up, in seconds. @default 75 */
  patience?: number;
}

export interface Guard {
  /** Names of the candidates that are locked. */
  readonly locked: readonly string[];
  /** Before each step that changes something. @throws GuardLost unless every candidate holds its lock for us now */
  ensure(): Promise<void>;
}

/** Somebody else may act on the guest by now. */
export class GuardLost extends Error {
  constructor(name: string, host: string, reason: string) {
    super(
      `${name}: its lock on ${host} is not held, so somebody else may be at work on it: ${reason}
Nothing more was done. Run the same command again: it goes on from what the hosts say then.`,
    );
    this.name = "GuardLost";
  }
}

/**
 * A candidate that cannot be reached is not locked. It is for the work to find that it does not answer; should it
 * answer by then, `ensure` throws all the same.
 *
 * @throws GuestBusy at once, before the work begins, when somebody else has one of the locks; what the work throws
 */
export async function guarded<T>(guarding: Guarding, work: (guard: Guard) => Promise<T>): Promise<T> {
  const { domain, candidates } = guarding;
  // The same order for everybody, so that of two runs one has all locks.
  const inOrder = [...candidates].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const prepared = await Promise.allSettled(inOrder.map((candidate) => prepare(guarding, candidate)));
  const locks = prepared.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const missing = new Map(
    inOrder.flatMap(({ name }, index): [string, Error][] => {
      const one = prepared[index];
      return one?.status === "rejected" ? [[name, one.reason as Error]] : [];
    }),
  );
  try {
    guarding.ways.signal.throwIfAborted();
    for (const lock of locks) await take(lock, missing);
    return await work({
      locked: locks.map(({ name }) => name).filter((name) => !missing.has(name)),
      ensure: async () => {
        for (const [name, { message }] of missing) throw new GuardLost(domain.name, name, message);
        await Promise.all(locks.map((lock) => ensureHeld(domain, lock)));
      },
    });
  } finally {
    await Promise.all(locks.map((lock) => lock.release()));
  }
}

const orderOf = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;

function prepare(
  { domain, holder, ways, patience = usualPatienceSeconds }: Guarding,
  { name, host }: Guarding["candidates"][number],
) {
  return GuestLock.prepare({ domain, name, host, holder, patienceSeconds: patience }, ways.signal);
}

async function take(lock: GuestLock, missing: Map<string, Error>): Promise<void> {
  try {
    await lock.take();
  } catch (error) {
    if (error instanceof GuestBusy) throw error;
    missing.set(lock.name, error as Error);
  }
}

async function ensureHeld({ name }: DomainName, lock: GuestLock): Promise<void> {
  try {
    await lock.check();
  } catch (error) {
    throw new GuardLost(name, lock.name, (error as Error).message);
  }
}
