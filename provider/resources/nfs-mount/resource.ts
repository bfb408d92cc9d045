/** `NfsMount`: one NFS mount on one host, also after a reboot. Owns one systemd mount unit and its mount. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { type Host, namedConnection, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";

/** Inputs of an {@link NfsMount}. */
export interface NfsMountArgs {
  /** The host that mounts it. A changed address replaces the mount. */
  host: Host;
  /** Source of the mount as `SERVER:/path`, an IPv6 address in brackets; usually the `source` of an `NfsExport`. */
  source: Input<string>;
  /**
   * Absolute path of the mount point: for guests' images, the same on all their hosts. A changed path replaces the
   * mount.
   */
  path: Input<string>;
  /**
   * Options of nfs(5). Serial logs of guests that move need `sync` and `actimeo=0`. `soft`, `softerr`, `nolock` and
   * `local_lock` are refused, since they corrupt images or let a guest run twice.
   *
   * @default ["vers=4.2", "hard", "proto=tcp", "timeo=600", "retrans=2", "noatime", "_netdev"]
   * @see https://man7.org/linux/man-pages/man5/nfs.5.html
   */
  options?: Input<Input<string>[]>;
  /** True takes over a mount, a unit or an entry of fstab(5) that has the same source. @default false */
  adopt?: Input<boolean>;
}

/**
 * An NFS mount on a host, as a systemd mount unit.
 *
 * A mount is first tried in a place of its own, so a mistake in `source` or `options` changes nothing.
 *
 * @drift a unit that is missing, changed or not enabled, a path where nothing or something else is mounted, and other options.
 * The next `pulumi up` puts it right, unless guests or processes use the mount: then it fails with their names
 * @throws when the trial mount fails, when something else is mounted at the path and `adopt` is false, and, with their
 * names, while guests or processes use a mount that would be changed or deleted
 * @example
 * const mount = new NfsMount("images-hv-a", { host: hvA, source: images.source, path: "/srv/vm" });
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.mount.html
 */
export class NfsMount extends ManagedResource {
  /** Absolute path of the mount point. */
  declare readonly path: Output<string>;
  /** `ADDRESS:PATH` of the mount point; known in the first preview. */
  declare readonly location: Output<string>;
  /** Name of the systemd mount unit. */
  declare readonly unit: Output<string>;
  /** Source of what is mounted there; empty when nothing is. */
  declare readonly mountedSource: Output<string>;
  /** Options of the mount, as the kernel reports them. */
  declare readonly effectiveOptions: Output<string[]>;
  /** Directories that were created for the mount point. */
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
