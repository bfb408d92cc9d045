/** A migration that did not happen: the guest is where it was. */
export class MigrationFailed extends Error {
  /** @param what one sentence on what should have moved, and where it is now. @param why in words for the user */
  constructor(what: string, why: string) {
    super([what, why].filter(Boolean).join("\n"));
    this.name = "MigrationFailed";
  }
}
