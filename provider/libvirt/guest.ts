import type { DomainName } from "../placement/observe/observation";
import type { Owner } from "../util/owner";
import type { MigrationOptions } from "./migration/options";

/** A guest as the program describes it. */
export interface LibvirtGuest {
  domain: DomainName & { definition: string };
  migration: MigrationOptions;
  /** Undefined: not noted. */
  owner: Owner | undefined;
}
