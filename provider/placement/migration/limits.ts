/** Limits of a migration while it runs; `undefined` is QEMU's default. */
export interface MigrationLimits {
  maxDowntimeMs?: number | undefined;
  /** False: never. Absent: when nothing else makes the memory converge. */
  autoConverge?: boolean | AutoConverge | undefined;
  postCopy?: PostCopy | undefined;
  timeoutSeconds?: number | undefined;
  onTimeout: "abort" | "suspend" | "post-copy";
  /**
   * Time without a byte sent after which it is aborted, in seconds; absent where something else notices a broken
   * network.
   */
  noProgressSeconds?: number | undefined;
  /** A stream that is not TLS is a failure: the option that asks for TLS, for messages. */
  tlsRequiredBy?: string | undefined;
}

interface AutoConverge {
  initialPercent?: number | undefined;
  incrementPercent?: number | undefined;
}

interface PostCopy {
  when: "after-precopy" | "when-stalled";
  bandwidthMiBps?: number | undefined;
}

/** QEMU's own limit. @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html */
export const defaultMaxDowntimeMs = 300;
