/** `QemuGuest`: a guest straight from a QEMU command line, without libvirt. Changing its host is a live migration. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { MigrationRecord } from "../placement/migration/record";
import type { Drive, Netdev } from "../qemu/command-line/typed";
import { type Host, hypervisorsOf, secretsOf } from "./host";
import { dependingOn, ManagedResource } from "./managed-resource";
import type { QemuMigrationArgs } from "./qemu-migration-args";

/** The command line: typed, or as a whole in `arguments`. */
export interface QemuGuestArgs {
  /** Where it shall run. Changing it moves the running guest live. */
  host: Host;
  /**
   * Every host where the guest may be found, `host` among them. All of them are asked before anything is done, and
   * nothing is done unless all of them answer.
   */
  candidates: readonly Host[];
  /** What QEMU calls it (`-name`). @default the resource's name */
  name?: Input<string>;
  /** What it is recognized by on every host. @default made of the resource's URN, so that it stays the same */
  uuid?: Input<string>;
  /** The program, or its path, on every host. @default "qemu-system-x86_64" */
  emulator?: Input<string>;
  /** `-m`. */
  memoryMiB?: Input<number>;
  /** `-smp`, number of CPUs. @default QEMU's: 1 */
  smp?: Input<number>;
  /**
   * `-machine`, e.g. `pc-i440fx-7.2`. An alias such as `pc` is another machine in each version of QEMU, and cannot move
   * between two of them.
   *
   * @default QEMU's
   */
  machine?: Input<string>;
  /** `-accel`. @default "kvm" */
  accel?: Input<"kvm" | "tcg">;
  /** Disks: images at the same path on all candidates, on storage that they share. */
  drives?: Input<Input<Drive>[]>;
  /** Network cards; `model` is a device of QEMU's, `virtio-net-pci` by default, and `mac` stays the same by default. */
  netdevs?: Input<Input<Netdev>[]>;
  /** A VNC server at port 5900 + `display`. @default none; `listen` is 127.0.0.1 */
  vnc?: Input<{ display: Input<number>; listen?: Input<string> }>;
  /** Log of the first serial port; it is appended to, also by the hosts that the guest moves to. */
  serial?: Input<{ file: Input<string> }>;
  /** Any other options, after the typed ones. */
  extraArguments?: Input<Input<string>[]>;
  /**
   * The command line as a whole, without the program: instead of the typed fields. What the provider sees to itself
   * (`-name`, `-uuid`, `-incoming`, `-daemonize` …) and what cannot move (`-snapshot`) is refused.
   *
   * `-serial file:PATH` empties the log each time the guest moves; `-chardev file,…,append=on` does not.
   *
   * @see https://www.qemu.org/docs/master/system/invocation.html
   */
  arguments?: Input<Input<string>[]>;
  /**
   * Name of the user that QEMU becomes when it has opened what only root may; with the same number on all candidates.
   * `root`: it stays root.
   *
   * @default the owner of its images, by number; root when they are root's, with a warning
   */
  user?: Input<string>;
  /** How it moves. */
  migration?: Input<QemuMigrationArgs>;
  /**
   * What becomes of the guest when this resource is deleted. `shutdown` presses its power button, waits for
   * `shutdownTimeoutSeconds`, and fails if it still runs then; `destroy` ends it at once; `keep` leaves it running and
   * only forgets it. Disk images always stay.
   *
   * @default "shutdown"
   */
  onDelete?: Input<"shutdown" | "destroy" | "keep">;
  /** How long a guest may take to shut down, in seconds. @default 120 */
  shutdownTimeoutSeconds?: Input<number>;
  /**
   * Names of candidates that are off for certain: you have cut their power, or have seen to it by other means that no
   * guest runs there. They need not answer. Take the name out when the host is back; until then nothing is done.
   *
   * @default []
   */
  fenced?: Input<readonly Input<string>[]>;
}

/**
 * A guest that runs as a transient systemd unit, with QEMU's monitors on sockets that only root can open, and its output
 * in the journal. It ends when it ends, and with its host: the next `pulumi up` starts it again.
 *
 * It moves by QEMU's own `migrate`: the same command line is started on the destination with `-incoming`, and the guest
 * goes on there by itself when its memory has arrived, also when this machine has died meanwhile; the next run finds the
 * migration and joins it. A changed command line takes effect when the guest is next started.
 *
 * @example
 * new QemuGuest("web", { host: hvA, candidates: [hvA, hvB], memoryMiB: 2048, machine: "pc-q35-7.2", drives: [{ file: "/srv/vm/web.qcow2" }] });
 * @example
 * new QemuGuest("web", { host: hvA, candidates: [hvA, hvB], arguments: ["-m", "2048", "-hda", "/srv/vm/web.qcow2", "-vnc", ":19"] });
 */
export class QemuGuest extends ManagedResource {
  declare readonly uuid: Output<string>;
  declare readonly name: Output<string>;
  /** The name of the host where it runs. */
  declare readonly host: Output<string>;
  /** In virsh's words, e.g. `running`. */
  declare readonly state: Output<string>;
  /** The program's command line, as QEMU is given it at its next start; the provider adds monitors and identity. */
  declare readonly commandLine: Output<string[]>;
  /** What it runs with. */
  declare readonly runningCommandLine: Output<string[]>;
  /** The last move: from, to, totalTimeMs, downtimeMs, bytes, iterations, encrypted, transport, recordedAt. */
  declare readonly lastMigration: Output<MigrationRecord | undefined>;
  /** The last ten moves, newest first. */
  declare readonly migrationHistory: Output<MigrationRecord[] | undefined>;

  constructor(name: string, args: QemuGuestArgs, options?: CustomResourceOptions) {
    const { host, candidates, ...rest } = args;
    const inputs = { host: host.name, candidates: hypervisorsOf(candidates) };
    const secrets = candidates.flatMap((candidate) => secretsOf(candidate, "candidates"));
    super("QemuGuest", name, { ...outputs, name, ...rest, ...inputs }, dependingOn(candidates, options), secrets);
  }
}

/** Pulumi makes an output of each key that it is given, and only of those. */
const outputs = {
  uuid: undefined,
  state: undefined,
  commandLine: undefined,
  runningCommandLine: undefined,
  lastMigration: undefined,
  migrationHistory: undefined,
};
