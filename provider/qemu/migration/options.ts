/**
 * How QEMU moves a guest by itself. Everything but the defaults is optional; `undefined` is QEMU's default.
 *
 * @see https://www.qemu.org/docs/master/devel/migration/index.html
 */
import type { MigrationLimits } from "../../placement/migration/limits";

export interface QemuMigrationOptions extends Omit<MigrationLimits, "tlsRequiredBy" | "noProgressSeconds"> {
  bandwidthMiBps?: number | undefined;
  tls: boolean;
  /** Folder with QEMU's certificates, on each host. */
  tlsCredsDir: string;
  multifdChannels?: number | undefined;
  /** TCP ports of which the destination listens on one. */
  ports: { min: number; max: number };
}

/** QEMU itself would wait for TCP to give up, a quarter of an hour; libvirt does so after 30 s. */
const noProgressSeconds = 45;

/** The limits that the placement engine enforces. */
export const qemuMigrationLimits = (options: QemuMigrationOptions): MigrationLimits => ({
  ...options,
  noProgressSeconds,
  tlsRequiredBy: options.tls ? "tls: true" : undefined,
});
