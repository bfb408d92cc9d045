/** Input `migration` of `DomainPlacement`. */
import { z } from "zod";
import type { MigrationOptions } from "../../libvirt/migration/options";
import { refusals } from "../../libvirt/migration/refusals";
import { migrationLimits } from "../guest-placement/migration-inputs";
import { flag, text, whole } from "../shared/inputs";

type Control = MigrationOptions["control"];
const control = z.unknown().superRefine((value, { addIssue }) => {
  const unmanaged = "unmanaged: no hypervisor of libvirt's has it, QEMU included. Take peer-to-peer or direct";
  const message = value === "unmanaged" ? `cannot be ${unmanaged}` : 'must be "peer-to-peer" or "direct"';
  if (value !== "peer-to-peer" && value !== "direct") addIssue({ code: "custom", message });
}) as unknown as z.ZodType<Control, Control>;

/** Characters that a URI has no use for here would be a shell's or a log's trouble. */
const uri = text("a URI").regex(
  /^qemu\+(tls|ssh|tcp)(:\/\/([A-Za-z0-9._-]+@)?[A-Za-z0-9.:[\]-]+\/system(\?[A-Za-z0-9=&._/~-]*)?)?$/,
  "must be qemu+tls, qemu+ssh or qemu+tcp, or such a URI as a whole, e.g. qemu+tls://hv-b.example/system",
);
const migrateUri = text("a URI").regex(
  /^tcp:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$/,
  "must be tcp:// and an address, with a port or without, e.g. tcp://10.0.1.12",
);

const compression = z.strictObject({
  method: z.enum(["xbzrle", "mt", "zlib", "zstd"], 'must be "xbzrle", "mt", "zlib" or "zstd"'),
  level: whole("levels", 0, 20).optional(),
  cacheMiB: whole("MiB", 1, 1_048_576)
    .refine((size) => Number.isInteger(Math.log2(size)), "must be a power of two: 1, 2, 4, 8 …")
    .optional(),
});

const copyStorage = z.strictObject({
  mode: z.enum(["all", "incremental"], 'must be "all" or "incremental"').default("all"),
  disks: z
    .array(z.string().regex(/^[a-z]+$/, "must be the target name of a disk, e.g. vda"))
    .min(1, "must name a disk, e.g. vda"),
  sourceImages: z.enum(["keep", "delete"], 'must be "keep" or "delete"').default("keep"),
});

export const migration = z
  .strictObject({
    control: control.default("peer-to-peer"),
    uri: uri.default("qemu+tls"),
    migrateUri: migrateUri.optional(),
    data: z.enum(["tls", "plain", "tunnelled"], 'must be "tls", "plain" or "tunnelled"').default("tls"),
    ...migrationLimits,
    parallelConnections: whole("connections", 1, 255).optional(),
    compression: compression.optional(),
    copyStorage: copyStorage.optional(),
    persistent: flag.default(true),
    undefineSource: flag.default(true),
  })
  .superRefine((options, { addIssue }) => {
    for (const { path, reason } of refusals(options)) addIssue({ code: "custom", path, message: reason });
  });

/** The default of the input `migration`. */
export const defaultMigration = migration.parse({});
