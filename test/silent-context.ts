import type { Context } from "../provider/lifecycle/context";

/** For an operation that nobody listens to, and that nobody ends. */
export const silentContext = (overrides: Partial<Context> = {}): Context => ({
  who: "somebody",
  info() {},
  warn() {},
  progress() {},
  progressEveryMs: 0,
  acts: false,
  signal: new AbortController().signal,
  cancelled: new AbortController().signal,
  ...overrides,
});
