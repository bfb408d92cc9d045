/**
 * Input `migration` of `QemuGuest`, in QEMU's terms.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html
 */
import type { Input } from "@pulumi/pulumi";
import type { MigrationArgs } from "../domain-placement/migration-args";
import type { PortRangeArgs } from "../shared/port-range-args";

/** Options of a live migration by QEMU. Fields that {@link MigrationArgs} also has mean the same. */
export interface QemuMigrationArgs
  extends Pick<
    MigrationArgs,
    "trustedImages" | "bandwidthMiBps" | "maxDowntimeMs" | "autoConverge" | "postCopy" | "timeoutSeconds" | "onTimeout"
  > {
  /**
   * Encryption of the stream with TLS, for which both hosts show certificates. With `false` the guest's memory is
   * readable on the network, and a warning says so.
   *
   * @default true
   * @see https://www.qemu.org/docs/master/system/tls.html
   */
  tls?: Input<boolean>;
  /**
   * Folder with `ca-cert.pem`, `server-cert.pem`, `server-key.pem`, `client-cert.pem` and `client-key.pem`, on each
   * host. A destination lets in nobody but whom `client-cert.pem` of the source names, so each host should have
   * a subject of its own.
   *
   * @default "/etc/pki/qemu", where `LibvirtTlsPki` installs them
   */
  tlsCredsDir?: Input<string>;
  /** Number of parallel connections (`multifd`), 1 to 255. With `postCopy` it needs QEMU 10.1 on both hosts. @default one stream, without multifd */
  multifdChannels?: Input<number>;
  /**
   * Range of TCP ports, 1024 to 65535; the destination listens on the first free one.
   *
   * @default { min: 49152, max: 49215 }
   */
  ports?: Input<PortRangeArgs>;
}
