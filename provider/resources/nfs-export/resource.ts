/**
 * `NfsExport`: one directory that an NFS server exports. Owns one file in /etc/exports.d, and creates the directory.
 */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { ExportClient } from "../../nfs/exports";
import { type Host, namedConnection, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";

/** A client of an export, and its options. */
export interface NfsExportClientArgs {
  /**
   * Address, network (`10.77.0.0/24`), host name, wildcard (`*.example`), `@` and a netgroup, or `*` for everybody.
   *
   * @see https://man7.org/linux/man-pages/man5/exports.5.html
   */
  client: Input<string>;
  /**
   * Options of exports(5). QEMU as root needs `no_root_squash`; with `async`, a crash of the server loses what it had
   * not written. `sync` and `no_subtree_check` are added unless their opposites are given; all other defaults are those
   * of exportfs (`ro`, `root_squash`, `secure`, …).
   */
  options: Input<Input<string>[]>;
}

/** Inputs of an {@link NfsExport}. */
export interface NfsExportArgs {
  /** The NFS server, with nfs-server running. A changed address replaces the export. */
  server: Host;
  /**
   * Absolute path of the directory, which is created if absent. One `NfsExport` per path; a changed path replaces it.
   */
  path: Input<string>;
  /** Clients that may mount the directory. */
  clients: Input<Input<NfsExportClientArgs>[]>;
  /** Permission bits of the directory, e.g. `"0755"`. @default unchanged; 0755 for a new directory */
  mode?: Input<string>;
  /** Owner of the directory, by name or number. @default unchanged; root for a new directory */
  owner?: Input<string>;
  /** Group of the directory, by name or number. @default unchanged; root for a new directory */
  group?: Input<string>;
  /**
   * True takes over an export of this path that this provider did not make: a file of the same name, or one made by
   * hand.
   *
   * @default false
   */
  adopt?: Input<boolean>;
}

/**
 * A directory that an NFS server exports.
 *
 * Other exports are never changed, not even when their file has a mistake. Deleting the resource never deletes the
 * directory's content.
 *
 * @drift a file that is missing or was changed, a client that the kernel does not have or has with other options, mode, owner and
 * group of the directory where they are inputs, and a server that does not run. The next `pulumi up` puts it right. When
 * the server has nothing of it, it is gone from the state, and the next `pulumi up` makes it again
 * @throws when exportfs refuses the export, when the path is already exported and `adopt` is false, and at deletion
 * while an NFSv4 client has a file of the export open
 * @example
 * const images = new NfsExport("images", {
 *   server: nas,
 *   path: "/srv/vm",
 *   clients: [{ client: "10.77.0.0/24", options: ["rw", "no_root_squash"] }],
 * });
 */
export class NfsExport extends ManagedResource {
  /** Absolute path of the directory. */
  declare readonly path: Output<string>;
  /** `ADDRESS:PATH`, the `source` of an `NfsMount`; known in the first preview. */
  declare readonly source: Output<string>;
  /** Path of the file in /etc/exports.d that holds the export. */
  declare readonly file: Output<string>;
  /** The clients that the server's kernel has for the path, each with all its options. */
  declare readonly exported: Output<ExportClient[]>;
  /** Directories that were created for the export. */
  declare readonly createdDirectories: Output<string[]>;

  constructor(name: string, { server, ...args }: NfsExportArgs, options?: CustomResourceOptions) {
    const outputs = { source: undefined, file: undefined, exported: undefined, createdDirectories: undefined };
    const inputs = { ...outputs, ...args, server: namedConnection(server) };
    super("NfsExport", name, inputs, dependingOn([server], options), secretsOf(server, "server"));
  }
}
