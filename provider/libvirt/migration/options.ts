/**
 * How a guest moves, in libvirt's words. Everything but the defaults is optional; `undefined` is libvirt's own choice.
 *
 * @see https://libvirt.org/manpages/virsh.html#migrate
 */
export interface MigrationOptions {
  control: "peer-to-peer" | "direct";
  /** A scheme, to be completed with the destination's address, or a whole URI. */
  uri: string;
  /** Where QEMU's stream goes. */
  migrateUri?: string | undefined;
  data: "tls" | "plain" | "tunnelled";
  bandwidthMiBps?: number | undefined;
  maxDowntimeMs?: number | undefined;
  parallelConnections?: number | undefined;
  compression?: Compression | undefined;
  /** False: never. Absent: when nothing else makes the memory converge. */
  autoConverge?: boolean | AutoConverge | undefined;
  postCopy?: PostCopy | undefined;
  timeoutSeconds?: number | undefined;
  onTimeout: "abort" | "suspend" | "post-copy";
  copyStorage?: CopyStorage | undefined;
  /** False for a transient guest: one without a definition, which is gone when it ends. */
  persistent: boolean;
  undefineSource: boolean;
}

interface Compression {
  method: "xbzrle" | "mt" | "zlib" | "zstd";
  level?: number | undefined;
  /** Of xbzrle. */
  cacheMiB?: number | undefined;
}

interface AutoConverge {
  initialPercent?: number | undefined;
  incrementPercent?: number | undefined;
}

interface PostCopy {
  when: "after-precopy" | "when-stalled";
  bandwidthMiBps?: number | undefined;
}

export interface CopyStorage {
  mode: "all" | "incremental";
  /** Target names, e.g. `vda`. */
  disks: readonly string[];
  /** What becomes of the source's images when the guest runs on the destination. */
  sourceImages: "keep" | "delete";
}

/** Whether the memory is encrypted on its way: by QEMU itself, or by the connection that it is tunnelled through. */
export function isEncrypted({ data, uri }: MigrationOptions): boolean {
  if (data === "tunnelled") return !uri.startsWith("qemu+tcp");
  return data === "tls";
}
