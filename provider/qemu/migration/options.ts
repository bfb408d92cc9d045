/**
 * Options of a migration by QEMU itself. `undefined` stands for QEMU's default.
 *
 * @see https://www.qemu.org/docs/master/devel/migration/index.html
 */
import type { MigrationLimits } from "../../placement/migration/limits";

export interface QemuMigrationOptions extends Omit<MigrationLimits, "tlsRequiredBy" | "noProgressSeconds"> {
  /** Limit of the transfer rate; undefined: unlimited. */
  bandwidthMiBps?: number | undefined;
  tls: boolean;
  /** Folder with QEMU's certificates, on each host. */
  tlsCredsDir: string;
  multifdChannels?: number | undefined;
  /** Paths of images that the user says are the same on all hosts. */
  trustedImages?: readonly string[] | undefined;
  /** TCP ports of which the destination listens on one. */
  ports: { min: number; max: number };
}

/** Without a limit QEMU waits for TCP to give up, which takes 15 minutes; libvirt gives up after 30 s. */
const noProgressSeconds = 45;

/** The limits that the placement engine enforces. */
export const qemuMigrationLimits = (options: QemuMigrationOptions): MigrationLimits => ({
  ...options,
  noProgressSeconds,
  tlsRequiredBy: options.tls ? "tls: true" : undefined,
});
