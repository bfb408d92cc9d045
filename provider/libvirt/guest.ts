import type { DomainName } from "../placement/observe/observation";
import type { MigrationOptions } from "./migration/options";

/** A guest as the program describes it. */
export interface LibvirtGuest {
  domain: DomainName & { definition: string };
  migration: MigrationOptions;
}
