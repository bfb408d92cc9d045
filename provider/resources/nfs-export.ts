/** `NfsExport`: one directory that an NFS server exports. Owns one file in /etc/exports.d, and the directory's existence. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { ExportClient } from "../nfs/exports";
import { type Host, namedConnection, secretsOf } from "./host";
import { dependingOn, ManagedResource } from "./managed-resource";

/** A client of an export, and what it may do. */
export interface NfsExportClientArgs {
  /**
   * Address, network (`10.77.0.0/24`), host name, wildcard (`*.example`), `@` and a netgroup, or `*` for everybody.
   *
   * @see https://man7.org/linux/man-pages/man5/exports.5.html
   */
  client: Input<string>;
  /**
   * Options of exports(5). QEMU as root needs `no_root_squash`; `async` loses what the server had not written when it
   * crashes. `sync` and `no_subtree_check` are added where nothing else is said; the rest is as exportfs has it
   * (`ro`, `root_squash`, `secure`, …).
   */
  options: Input<Input<string>[]>;
}

export interface NfsExportArgs {
  /** The machine that exports it, with nfs-server running. Another address or path makes another export. */
  server: Host;
  /** Absolute path of the directory; made when it is not there. One `NfsExport` for each path. */
  path: Input<string>;
  /** Who may mount it. */
  clients: Input<Input<NfsExportClientArgs>[]>;
  /** Permission bits of the directory, e.g. `"0755"`. @default as it is; 0755 for a new one */
  mode?: Input<string>;
  /** User that the directory belongs to, by name or number. @default as it is; root for a new one */
  owner?: Input<string>;
  /** Group that it belongs to, by name or number. @default as it is; root for a new one */
  group?: Input<string>;
  /** Take over a file of the same name that is not ours, or what was exported by hand. @default false */
  adopt?: Input<boolean>;
}

/**
 * A directory that an NFS server exports.
 *
 * Other exports are never touched, not even when their file has a mistake. Deleting it is refused while an NFSv4 client
 * has a file in it open; what is in the directory stays.
 *
 * @example
 * const images = new NfsExport("images", {
 *   server: nas,
 *   path: "/srv/vm",
 *   clients: [{ client: "10.77.0.0/24", options: ["rw", "no_root_squash"] }],
 * });
 */
export class NfsExport extends ManagedResource {
  declare readonly path: Output<string>;
  /** `ADDRESS:PATH`, what a mount takes; known in the first preview. */
  declare readonly source: Output<string>;
  /** The file that holds the export. */
  declare readonly file: Output<string>;
  /** The clients that the kernel has for the path, with all their options. */
  declare readonly exported: Output<ExportClient[]>;
  /** Directories that were made for it. */
  declare readonly createdDirectories: Output<string[]>;

  constructor(name: string, { server, ...args }: NfsExportArgs, options?: CustomResourceOptions) {
    const outputs = { source: undefined, file: undefined, exported: undefined, createdDirectories: undefined };
    const inputs = { ...outputs, ...args, server: namedConnection(server) };
    super("NfsExport", name, inputs, dependingOn([server], options), secretsOf(server, "server"));
  }
}
