/** A range of ports, as an input of several resources. */
import type { Input } from "@pulumi/pulumi";

/** TCP ports in a row, 1024 to 65535. */
export interface PortRangeArgs {
  /** The first one. */
  min: Input<number>;
  /** The last one. */
  max: Input<number>;
}
