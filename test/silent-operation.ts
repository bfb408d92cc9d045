import type { LockedOperation } from "../provider/placement/lock/locks";
import type { Operation } from "../provider/util/operation";

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
  signal: new AbortController().signal,
  cancelled: new AbortController().signal,
  ...overrides,
});

/** The same where locks are always held and no journal is written. */
export const unguardedOperation = (overrides: Partial<LockedOperation> = {}): LockedOperation => ({
  ...silentOperation(),
  locks: { locked: [], assertHeld: async () => {} },
  journal: async () => {},
  ...overrides,
});
