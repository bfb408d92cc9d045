import type { Owner } from "./owner";

/** One operation of Pulumi's, for all code that works for it: enough to speak to the user and to stop in time. */
export interface Operation {
  /** Who acts, for others who want to act on the same: user, machine, process, and the resource's name in its stack. */
  who: string;
  /** The resource, as its hosts note it; undefined when the program has not told its URN. */
  owner: Owner | undefined;
  /** False in a create: what is there already need not be the resource's. */
  isInState: boolean;
  /** Shown under the resource when the operation has ended. */
  info(message: string): void;
  warn(message: string): void;
  /** Shown in the resource's row until the next one comes. */
  progress(message: string): void;
  /** Minimum interval between progress updates of figures that change all the time, in milliseconds. */
  progressEveryMs: number;
  /** True when hosts may be changed: in a create and an update, not in a preview, a refresh or a delete. */
  acts: boolean;
  /** True in a refresh and a preview: nothing is done because of what is seen, so that others may have seen it just now. */
  onlyLooks: boolean;
  /**
   * Aborted when the user asks to stop: by the first Ctrl-C. What can be undone cleanly is undone; what is short ends as
   * it would. It says nothing about operations that begin later.
   */
  cancelled: AbortSignal;
  /** Aborted when the process has to end: by the second Ctrl-C, or with the CLI. */
  signal: AbortSignal;
}

/** An operation of somebody who is no run of Pulumi: hosts are looked at, and nothing is changed. */
export const lookingOperation = (
  given: Pick<Operation, "who" | "owner" | "isInState" | "info" | "warn" | "signal">,
): Operation => ({
  ...given,
  progress: () => {},
  progressEveryMs: 10_000,
  acts: false,
  onlyLooks: true,
  cancelled: given.signal,
});
