/**
 * How QEMU moves a guest by itself. Everything but the defaults is optional; `undefined` is QEMU's own choice.
 *
 * @see https://www.qemu.org/docs/master/devel/migration/index.html
 */
import type { MigrationLimits } from "../../placement/migration/limits";

export interface QemuMigrationOptions extends Omit<MigrationLimits, "tls"> {
  bandwidthMiBps?: number | undefined;
  tls: boolean;
  /** Where QEMU looks for certificates, on each host. */
  tlsCredsDir: string;
  multifdChannels?: number | undefined;
  /** The destination listens on one of these. */
  ports: { min: number; max: number };
}

/** QEMU itself would wait for TCP to give up, a quarter of an hour; libvirt does so after 30 s. */
const silenceSeconds = 45;

export const qemuMigrationLimits = (options: QemuMigrationOptions): MigrationLimits => ({
  ...options,
  silenceSeconds,
  tls: options.tls ? "tls: true" : undefined,
});
