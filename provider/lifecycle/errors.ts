/**
 * A reason not to begin, found before anything was changed: the state stays as it is. The message says what, why, and
 * what to do.
 */
export class Refused extends Error {
  constructor(problems: string | readonly string[]) {
    super([problems].flat().join("\n"));
    this.name = "Refused";
  }
}

/** The error that an operation ends with when the user asked to stop: the reason of `Operation.cancelled`. */
export class Cancelled extends Error {
  constructor() {
    super("Cancelled. Run the same command again to continue.");
    this.name = "Cancelled";
  }
}

/** @throws Refused with all of them, when there are any */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Refused(problems);
}
