import type { DomainName } from "../placement/observe/observation";
import type { Owner } from "../util/owner";
import type { QemuMigrationOptions } from "./migration/options";

/** A guest as the program describes it. */
export interface QemuGuestOptions {
  domain: DomainName;
  emulator: string;
  /** Arguments of its next start. */
  commandLine: readonly string[];
  /** Name of the user that QEMU becomes; undefined: the owner of its images. */
  user: string | undefined;
  migration: QemuMigrationOptions;
  /** Undefined: not noted. */
  owner: Owner | undefined;
  /** Tells the user something that is not an error. */
  warn: (message: string) => void;
}
