/** Exit codes of `kvm-live`, the same for all commands. docs/command-line.md has them. */
export const exitCodes = {
  /** All was found out, and nothing is wrong. */
  well: 0,
  /** Something is wrong: a guest that is found twice, a leftover, a finding that keeps a guest from moving. */
  wrong: 1,
  /** The command line, or a file or stack that it names, was not understood. */
  usage: 2,
  /** Nothing wrong was seen, but something could not be found out: a host did not answer. */
  unknown: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Pure. What is wrong for certain is said first, whatever is unknown beside it. */
export const exitCodeOf = ({ isWrong, isUnknown }: { isWrong: boolean; isUnknown: boolean }): ExitCode =>
  isWrong ? exitCodes.wrong : isUnknown ? exitCodes.unknown : exitCodes.well;

/** The command line, or what it names on this machine, cannot be understood. */
export class UsageError extends Error {}

/** The answer could not be found out, and nothing says that anything is wrong. */
export class NotFoundOut extends Error {}
