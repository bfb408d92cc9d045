/**
 * Part of the work is done. Pulumi keeps what was reached, and the next `up` goes on from there.
 *
 * @typeParam State what is true now
 */
export class PartialFailure<State> extends Error {
  constructor(
    readonly id: string,
    readonly state: State,
    /** What is still to be done, in words; kept in the state, because a refresh clears Pulumi's own mark. */
    readonly pendingSteps: readonly string[],
    message: string,
  ) {
    super(message);
    this.name = "PartialFailure";
  }
}
