import type { Driver } from "./driver";
import type { MigrationLimits } from "./migration/limits";
import type { Wanted } from "./plan/wanted";

/** The user's request, and the driver and limits by which it is carried out. */
export interface Placement extends Wanted {
  driver: Driver;
  limits: MigrationLimits;
  shutdownTimeoutSeconds: number;
}
