/**
 * How QEMU moves a guest by itself. Everything but the defaults is optional; `undefined` is QEMU's default.
 *
 * @see https://www.qemu.org/docs/master/devel/migration/index.html
 */
import type { MigrationLimits } from "../../placement/migration/limits";

export interface QemuMigrationOptions extends Omit<MigrationLimits, "tlsRequiredBy" | "noProgressSeconds"> {
  bandwidthMiBps?: number | undefined;
  tls: boolean;
  /** Where QEMU looks for certificates, on each host. */
  tlsCredsDir: string;
  multifdChannels?: number | undefined;
  /** The destination listens on one of these. */
  ports: { min: number; max: number };
}

/** QEMU itself would wait for TCP to give up, a quarter of an hour; libvirt does so after 30 s. */
const noProgressSeconds = 45;

export const limitsOf = (options: QemuMigrationOptions): MigrationLimits => ({
  ...options,
  noProgressSeconds,
  tlsRequiredBy: options.tls ? "tls: true" : undefined,
});
