/** Input `migration` of `QemuGuest`, in QEMU's words. @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html */
import type { Input } from "@pulumi/pulumi";
import type { MigrationArgs } from "./migration-args";

/** What has the same name as in a `DomainPlacement` means the same. */
export interface QemuMigrationArgs
  extends Pick<
    MigrationArgs,
    "bandwidthMiBps" | "maxDowntimeMs" | "autoConverge" | "postCopy" | "timeoutSeconds" | "onTimeout"
  > {
  /**
   * Whether the stream is encrypted, and both hosts show certificates. `false` lets whoever listens read the guest's
   * memory, and gives a warning.
   *
   * @default true
   * @see https://www.qemu.org/docs/master/system/tls.html
   */
  tls?: Input<boolean>;
  /**
   * Folder with `ca-cert.pem`, `server-cert.pem`, `server-key.pem`, `client-cert.pem` and `client-key.pem`, on each host.
   *
   * @default "/etc/pki/qemu", where LibvirtTlsPki puts them
   */
  tlsCredsDir?: Input<string>;
  /** Send by that many connections at once (`multifd`). @default one stream */
  multifdChannels?: Input<number>;
  /** The destination listens on the first of these TCP ports that is free. @default { min: 49152, max: 49215 } */
  ports?: Input<{ min: Input<number>; max: Input<number> }>;
}
