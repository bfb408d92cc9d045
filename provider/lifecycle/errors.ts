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
