/** `NfsMount`: one NFS mount on one host, also after a reboot. Owns one systemd mount unit and what it mounts. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { type Host, namedConnection, secretsOf } from "./host";
import { dependingOn, ManagedResource } from "./managed-resource";

export interface NfsMountArgs {
  /** The machine that mounts it. Another address or path makes another mount. */
  host: Host;
  /** `SERVER:/path`, an IPv6 address in brackets; the `source` of an `NfsExport`. */
  source: Input<string>;
  /** Absolute path of the mount point: for a guest's image, the same on all its hosts. */
  path: Input<string>;
  /**
   * Options of nfs(5). Serial logs of guests that move need `sync` and `actimeo=0`; `soft`, `softerr`, `nolock` and `local_lock` are
   * refused, since they corrupt images or let a guest run twice.
   *
   * @default ["vers=4.2", "hard", "proto=tcp", "timeo=600", "retrans=2", "noatime", "_netdev"]
   * @see https://man7.org/linux/man-pages/man5/nfs.5.html
   */
  options?: Input<Input<string>[]>;
  /** Take over a mount, a unit or an entry of fstab(5) that has the same source. @default false */
  adopt?: Input<boolean>;
}

/**
 * An NFS mount on a host, as a mount unit of systemd's.
 *
 * Before anything is changed it is tried where nobody sees it, so a mistake in source or options costs nothing. Changing
 * or deleting it is refused, with names, while guests or processes use it.
 *
 * @example
 * const mount = new NfsMount("images-hv-a", { host: hvA, source: images.source, path: "/srv/vm" });
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.mount.html
 */
export class NfsMount extends ManagedResource {
  declare readonly path: Output<string>;
  /** `ADDRESS:PATH` of the mount point; known in the first preview. */
  declare readonly location: Output<string>;
  /** systemd's name for it. */
  declare readonly unit: Output<string>;
  /** What is mounted there; empty when nothing is. */
  declare readonly mountedSource: Output<string>;
  /** Its options as the kernel has them. */
  declare readonly effectiveOptions: Output<string[]>;
  /** Directories that were made for it. */
  declare readonly createdDirectories: Output<string[]>;

  constructor(name: string, { host, ...args }: NfsMountArgs, options?: CustomResourceOptions) {
    const inputs = { ...outputs, ...args, host: namedConnection(host) };
    super("NfsMount", name, inputs, dependingOn([host], options), secretsOf(host, "host"));
  }
}

/** Pulumi makes an output of each key that it is given, and only of those. */
const outputs = {
  location: undefined,
  unit: undefined,
  mountedSource: undefined,
  effectiveOptions: undefined,
  createdDirectories: undefined,
};
