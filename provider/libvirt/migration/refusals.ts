/**
 * Pure: combinations of options that libvirt or QEMU would refuse, most of them only when the destination has been
 * prepared already.
 *
 * @see https://libvirt.org/manpages/virsh.html#migrate
 */
import type { MigrationOptions } from "./options";

export interface Refusal {
  /** Path of the option, below `migration`. */
  path: string[];
  reason: string;
}

type Rule = [path: string, when: boolean, reason: string];

export function refusals(options: MigrationOptions): Refusal[] {
  return rules(options).flatMap(([path, applies, reason]) => (applies ? [{ path: path.split("."), reason }] : []));
}

function rules(options: MigrationOptions): Rule[] {
  const { control, data, compression, postCopy, copyStorage, migrateUri } = options;
  const parallel = options.parallelConnections !== undefined;
  const tunnelled = data === "tunnelled";
  const tunnel = "cannot be used with data: tunnelled, which has a single stream, within libvirt's own connection";
  const given = (value: unknown) => value !== undefined;
  const multifd = compression?.method === "zlib" || compression?.method === "zstd";
  return [
    ["data", tunnelled && control === "direct", "tunnelled needs control: peer-to-peer"],
    ["migrateUri", tunnelled && given(migrateUri), tunnel],
    ["parallelConnections", tunnelled && parallel, tunnel],
    ["postCopy", tunnelled && given(postCopy), "cannot be used with data: tunnelled, which goes in one direction only"],
    ["copyStorage", tunnelled && given(copyStorage), tunnel],
    [
      "compression.method",
      given(compression) && !multifd && parallel,
      `${compression?.method} works on one stream only: take zlib or zstd, or leave parallelConnections out`,
    ],
    ["compression.method", multifd && !parallel, `${compression?.method} needs parallelConnections`],
    ["compression.level", given(compression?.level) && compression?.method === "xbzrle", "xbzrle has no levels"],
    [
      "compression.level",
      (compression?.level ?? 0) > 9 && compression?.method !== "zstd",
      `must be 9 at most for ${compression?.method}`,
    ],
    [
      "compression.cacheMiB",
      given(compression?.cacheMiB) && compression?.method !== "xbzrle",
      `${compression?.method} has no cache: it is an option of xbzrle`,
    ],
    ["onTimeout", options.onTimeout === "post-copy" && !postCopy, "post-copy needs postCopy to be set, too"],
    [
      "onTimeout",
      options.onTimeout !== "abort" && options.timeoutSeconds === undefined,
      "needs timeoutSeconds: without it nothing times out",
    ],
    [
      "undefineSource",
      options.persistent && !options.undefineSource,
      "must be true when persistent is true: a definition left on the source could be started as a second copy",
    ],
    [
      "undefineSource",
      !options.persistent && options.undefineSource,
      "must be false when persistent is false: the guest would have no definition anywhere and be gone when it ends; to keep a transient guest transient, set both to false",
    ],
  ];
}
