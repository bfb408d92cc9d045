/** Inputs of `QemuGuest`. */
import { z } from "zod";
import { argumentProblems } from "../../qemu-command-line/problems";
import { uuidForm } from "../../util/identity";
import { placementInputs, placementIssues } from "../guest-placement/inputs";
import { flag, plainPath, text, whole } from "../shared/inputs";
import { defaultQemuMigration, qemuMigration } from "./migration-inputs";

const argv = z.array(z.string("must be text"), "must be a list of arguments").superRefine((given, { addIssue }) => {
  for (const problem of argumentProblems(given)) addIssue({ code: "custom", message: `cannot be used: ${problem}` });
});

/** `help` would make QEMU print a list and end. */
const typeName = (what: string) => text(what).regex(/^(?!help$)[A-Za-z0-9._-]+$/, `must be ${what}`);

/** Text within an option: QEMU would take what follows a line break for a part of the same value. */
const word = (what: string) => text(what).regex(/^[^\p{Cc}]+$/u, "must not have line breaks or control characters");

const drive = z.strictObject({
  file: word("path of an image").regex(/^\//, "must be an absolute path: QEMU runs in / on each host"),
  format: z.enum(["qcow2", "raw"], 'must be "qcow2" or "raw"').optional(),
  if: z.enum(["ide", "virtio", "scsi", "none"], 'must be "ide", "virtio", "scsi" or "none"').optional(),
  cache: z
    .enum(
      ["none", "writeback", "writethrough", "directsync", "unsafe"],
      'must be "none", "writeback", "writethrough", "directsync" or "unsafe"',
    )
    .optional(),
  media: z.enum(["disk", "cdrom"], 'must be "disk" or "cdrom"').optional(),
  readonly: flag.optional(),
});

const netdev = z.strictObject({
  type: z.enum(["user", "tap", "bridge"], 'must be "user", "tap" or "bridge"'),
  id: word("a name").optional(),
  ifname: word("the name of an interface").optional(),
  br: word("the name of a bridge").optional(),
  model: typeName("a device, as `-device help` lists them").optional(),
  mac: z
    .string()
    .regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, "must be a MAC address, e.g. 52:54:00:12:34:56")
    .optional(),
});

/** Typed parts of a command line. */
const typed = {
  memoryMiB: whole("MiB", 1, 100_000_000).optional(),
  smp: whole("CPUs", 1, 4096).optional(),
  machine: typeName("a machine type, e.g. pc-i440fx-7.2").optional(),
  accel: z.enum(["kvm", "tcg"], 'must be "kvm" or "tcg"').optional(),
  drives: z.array(drive).optional(),
  netdevs: z.array(netdev).optional(),
  vnc: z
    .strictObject({
      display: whole("a display", 0, 59_635),
      listen: text("an address")
        .regex(/^[A-Za-z0-9_.:%-]+$/, "must be a name or an IP address, without brackets, port and options")
        .optional(),
    })
    .optional(),
  serial: z.strictObject({ file: plainPath("path of a log") }).optional(),
  extraArguments: argv.optional(),
};

const typedKeys = Object.keys(typed);

/** Characters that can stand in a list of QEMU's options without being taken for another one, and in a process list. */
const guestName = text("a name").regex(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
  "must have 1 to 64 letters, digits and . _ + -, and begin with a letter or a digit",
);
const emulator = text("an emulator").regex(
  /^[A-Za-z0-9._+/-]+$/,
  "must be the name of a program, e.g. qemu-system-x86_64, or its path",
);

export const qemuGuestSchema = z
  .strictObject({
    ...placementInputs,
    name: guestName,
    uuid: z.string().toLowerCase().regex(uuidForm, "must be a UUID").optional(),
    emulator: emulator.default("qemu-system-x86_64"),
    ...typed,
    arguments: argv.optional(),
    user: text("a user name")
      .regex(/^[a-z_][a-z0-9_.-]*\$?$/i, "must be a user name")
      .optional(),
    migration: qemuMigration.default(defaultQemuMigration),
    adopt: flag.optional(),
    // Derived: what a preview shows, and what a drift is seen in.
    commandLine: z.array(z.string()).optional(),
  })
  .superRefine((args, { addIssue }) => {
    const issue = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    for (const one of placementIssues(args)) addIssue({ code: "custom", ...one });
    const written = typedKeys.filter((key) => args[key as keyof typeof args] !== undefined);
    if (args.arguments !== undefined && written.length > 0)
      issue(
        "arguments",
        `is the whole command line, so ${written.join(", ")} cannot be set as well: use one or the other`,
      );
    if (args.arguments === undefined && args.memoryMiB === undefined)
      issue("memoryMiB", "a guest needs a command line: set memoryMiB and what else it has, or arguments");
  });

export type QemuGuestInputs = z.infer<typeof qemuGuestSchema>;
