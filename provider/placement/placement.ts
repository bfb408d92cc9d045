import type { Driver } from "./driver";
import type { MigrationLimits } from "./migration/limits";
import type { Wanted } from "./plan/wanted";

/** What is wanted, and by what it is brought about. */
export interface Placement extends Wanted {
  driver: Driver;
  limits: MigrationLimits;
  shutdownTimeoutSeconds: number;
}
