import { setMaxListeners } from "node:events";
import type { LockedOperation } from "../provider/placement/lock/locks";
import type { Operation } from "../provider/util/operation";

/** As in a run: many listen. */
function neverAborted(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

/** For an operation that nobody listens to, and that nobody ends. */
export const silentOperation = (overrides: Partial<Operation> = {}): Operation => ({
  who: "somebody",
  owner: undefined,
  isInState: true,
  info() {},
  warn() {},
  progress() {},
  progressEveryMs: 0,
  acts: false,
  onlyLooks: false,
  signal: neverAborted(),
  cancelled: neverAborted(),
  ...overrides,
});

/** The same where locks are always held and no journal is written. */
export const unguardedOperation = (overrides: Partial<LockedOperation> = {}): LockedOperation => ({
  ...silentOperation(),
  locks: { locked: [], assertHeld: async () => {} },
  inTurn: (_, work) => work(),
  journal: async () => {},
  ...overrides,
});
