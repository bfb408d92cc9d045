import type { MigrationLimits } from "../../placement/migration/limits";

/**
 * How a guest moves, in libvirt's words. Everything but the defaults is optional; `undefined` is libvirt's own choice.
 *
 * @see https://libvirt.org/manpages/virsh.html#migrate
 */
export interface MigrationOptions extends Omit<MigrationLimits, "tlsRequiredBy" | "noProgressSeconds"> {
  control: "peer-to-peer" | "direct";
  /** A scheme, to be completed with the destination's address, or a whole URI. */
  uri: string;
  /** Where QEMU's stream goes. */
  migrateUri?: string | undefined;
  data: "tls" | "plain" | "tunnelled";
  bandwidthMiBps?: number | undefined;
  parallelConnections?: number | undefined;
  compression?: Compression | undefined;
  copyStorage?: CopyStorage | undefined;
  /** False for a transient guest: one without a definition, which is gone when it ends. */
  persistent: boolean;
  /** Paths of images that the user says are the same on all hosts. */
  trustedImages?: readonly string[] | undefined;
  undefineSource: boolean;
}

interface Compression {
  method: "xbzrle" | "mt" | "zlib" | "zstd";
  level?: number | undefined;
  /** Size of xbzrle's cache. */
  cacheMiB?: number | undefined;
}

export interface CopyStorage {
  mode: "all" | "incremental";
  /** Target names, e.g. `vda`. */
  disks: readonly string[];
  /** Fate of the source's images once the guest runs on the destination. */
  sourceImages: "keep" | "delete";
}

/** True when the memory is encrypted on its way: by QEMU itself, or by the connection that it is tunnelled through. */
export function isEncrypted({ data, uri }: MigrationOptions): boolean {
  if (data === "tunnelled") return !uri.startsWith("qemu+tcp");
  return data === "tls";
}

/** A scheme without what follows it. */
export const transportOf = ({ uri }: Pick<MigrationOptions, "uri">): string => uri.replace(/:.*/, "");

/** The limits that the placement engine enforces. */
export const limitsOf = (options: MigrationOptions): MigrationLimits => ({
  ...options,
  tlsRequiredBy: options.data === "tls" ? "data: tls" : undefined,
});
