/** Input `migration` of `DomainPlacement`, in libvirt's words. @see https://libvirt.org/manpages/virsh.html#migrate */
import type { Input } from "@pulumi/pulumi";

/** Options of live migrations by libvirt. */
export interface MigrationArgs {
  /**
   * Who conducts. `peer-to-peer`: the source's libvirt, which goes on when this machine dies. `direct`: a virsh process
   * on the source, which has to outlive the move; it does when only the connection to it breaks, and when it dies the
   * guest may be left paused. libvirt's `unmanaged` is refused: no hypervisor has it.
   *
   * @default "peer-to-peer"
   */
  control?: Input<"peer-to-peer" | "direct">;
  /**
   * How libvirt on the source reaches libvirt on the destination: `qemu+tls` with certificates (LibvirtTlsPki),
   * `qemu+ssh` with root's key and known_hosts (LibvirtSshAccess), `qemu+tcp` unencrypted; each completed with the
   * destination's address, and for ssh its port. Or a whole URI, e.g. `qemu+tls://hv-b.example/system`.
   *
   * @default "qemu+tls"
   * @see https://libvirt.org/uri.html
   */
  uri?: Input<string>;
  /**
   * Where QEMU's stream goes, e.g. `tcp://10.0.1.12` for a network of its own. Prefer the destination's
   * `Host.migrationAddress`, which is right for each destination.
   *
   * @default the destination's `migrationAddress`, else its `address`
   */
  migrateUri?: Input<string>;
  /**
   * How the memory crosses the network. `tls`: encrypted by QEMU; a stream that is not is a failure. `plain`: readable
   * by whoever listens; gives a warning. `tunnelled`: through libvirt's own connection, as encrypted as that is; slower.
   *
   * @default "tls"
   */
  data?: Input<"tls" | "plain" | "tunnelled">;
  /** Limit of the transfer rate, in MiB/s. @default none */
  bandwidthMiBps?: Input<number>;
  /**
   * How long the guest may stand still at most, in ms. Below QEMU's 300 it holds from the beginning; above, it is
   * approached in steps, and only when the guest dirties memory faster than it can be sent.
   *
   * @default QEMU's: 300
   */
  maxDowntimeMs?: Input<number>;
  /** Send by several connections at once; with `postCopy` it needs QEMU 10.1 on both hosts. @default one stream */
  parallelConnections?: Input<number>;
  /** Compression of what is sent. @default none */
  compression?: Input<{
    /** `xbzrle` and `mt` for one stream, `zlib` and `zstd` with `parallelConnections`. */
    method: Input<"xbzrle" | "mt" | "zlib" | "zstd">;
    /** 0 to 9, for zstd 0 to 20; xbzrle has none. @default 1 */
    level?: Input<number>;
    /** Size of xbzrle's cache in MiB, a power of two. @default QEMU's: 64 */
    cacheMiB?: Input<number>;
  }>;
  /**
   * Slow the guest's CPUs down until its memory can be sent. Left out, a move that does not converge at
   * `maxDowntimeMs` is tried again with it. `false`: never.
   */
  autoConverge?: Input<
    | boolean
    | {
        /** How much of its time a CPU is kept from running at first, in percent. @default QEMU's: 20 */
        initialPercent?: Input<number>;
        /** And how much more each time that is not enough. @default QEMU's: 10 */
        incrementPercent?: Input<number>;
      }
  >;
  /**
   * Paths of images of which you know that all candidates have the same one there, although nothing proves it: a DRBD
   * device, for example. Without proof a move is refused, since the guest would go on with another disk.
   *
   * @default []
   */
  trustedImages?: Input<Input<string>[]>;
  /**
   * Allow to start the guest on the destination before all of its memory is there. When a host or the network fails
   * then, the guest is lost. Needs userfaultfd on the destination, which the preview checks.
   *
   * @default never
   */
  postCopy?: Input<{
    /** After the first pass, or only when nothing else ends it. @default "when-stalled" */
    when?: Input<"after-precopy" | "when-stalled">;
    /** Limit of the transfer rate in post-copy, in MiB/s. @default none */
    bandwidthMiBps?: Input<number>;
  }>;
  /**
   * How long a move may take, in seconds. Watched by this process; when that dies, the next `pulumi up` that finds the
   * migration still running applies it.
   *
   * @default as long as it takes
   */
  timeoutSeconds?: Input<number>;
  /**
   * What happens then: the move is given up and the guest stays; or it is held still until it has arrived; or it is
   * switched to post-copy.
   *
   * @default "abort"
   */
  onTimeout?: Input<"abort" | "suspend" | "post-copy">;
  /**
   * Copy disk images along, for hosts without shared storage. An image at the same path on the destination is made
   * before and taken away when the move fails; one that is there already is refused.
   *
   * @default none: disks are on shared storage
   */
  copyStorage?: Input<{
    /** Target names of the disks, e.g. `vda`; disks on shared storage must not be among them. */
    disks: Input<Input<string>[]>;
    /**
     * `incremental` copies the top layer only: the backing file has to be there, and the definition has to name it
     * (`<backingStore>`). @default "all"
     */
    mode?: Input<"all" | "incremental">;
    /** Fate of the source's images once the guest runs on the destination. @default "keep" */
    sourceImages?: Input<"keep" | "delete">;
  }>;
  /**
   * `--persistent`: the guest has a definition. False makes it transient: it is gone when it ends; then `undefineSource`
   * must be false too.
   *
   * @default true
   */
  persistent?: Input<boolean>;
  /** `--undefinesource`: remove the definition from the source after the move. Must equal `persistent`. @default true */
  undefineSource?: Input<boolean>;
}
