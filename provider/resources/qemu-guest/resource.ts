/** `QemuGuest`: a guest made of a QEMU command line, without libvirt. Changing its host is a live migration. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { MigrationRecord } from "../../placement/migration/record";
import type { Drive, Netdev } from "../../qemu-command-line/typed";
import { type Host, hypervisorsOf, secretsOf } from "../host/resource";
import { dependingOn, derivedFrom, ManagedResource } from "../shared/managed-resource";
import type { QemuMigrationArgs } from "./migration-args";

/** Inputs of a {@link QemuGuest}. The command line is given by typed fields, or as a whole in `arguments`. */
export interface QemuGuestArgs {
  /** The host that the guest should run on. Changing it moves the running guest live. */
  host: Host;
  /**
   * Every host that the guest may be on, `host` included. All of them are asked before anything is done, and nothing is
   * done unless all of them answer.
   */
  candidates: readonly Host[];
  /** Name of the guest (`-name`): 1 to 64 letters, digits and `. _ + -`. @default the resource's name */
  name?: Input<string>;
  /**
   * UUID (`-uuid`) by which the guest is recognized on every host.
   *
   * @default derived from the resource's URN, so that it stays the same
   */
  uuid?: Input<string>;
  /** Name or path of the QEMU program, the same on every host. @default "qemu-system-x86_64" */
  emulator?: Input<string>;
  /** Memory of the guest in MiB (`-m`). Required unless `arguments` is set. */
  memoryMiB?: Input<number>;
  /** Number of CPUs (`-smp`), 1 to 4096. @default QEMU's: 1 */
  smp?: Input<number>;
  /**
   * Machine type (`-machine`), e.g. `pc-i440fx-7.2`. An alias such as `pc` is a different machine in each version of
   * QEMU, so a guest that has one cannot move between two versions.
   *
   * @default QEMU's, which differs between versions
   */
  machine?: Input<string>;
  /** Accelerator (`-accel`). `tcg` is emulation: slow, but needs no /dev/kvm. @default "kvm" */
  accel?: Input<"kvm" | "tcg">;
  /**
   * Disks and CD-ROM drives. Images must be at the same path on all candidates, on storage that they share.
   *
   * @default none
   */
  drives?: Input<Input<Drive>[]>;
  /** Network cards. @default none */
  netdevs?: Input<Input<Netdev>[]>;
  /** VNC server of the guest. @default none */
  vnc?: Input<{
    /** Number of the display: the server listens on TCP port 5900 + `display`. */
    display: Input<number>;
    /** Address that the server listens at. @default "127.0.0.1" */
    listen?: Input<string>;
  }>;
  /** First serial port of the guest. @default none */
  serial?: Input<{
    /** Absolute path of a log that the port's output is appended to, on every host that the guest moves to. */
    file: Input<string>;
  }>;
  /** Any other arguments of QEMU, after the typed ones. The same ones are refused as in `arguments`. @default none */
  extraArguments?: Input<Input<string>[]>;
  /**
   * The whole command line without the program, instead of the typed fields. Arguments that the provider adds itself
   * (`-name`, `-uuid`, `-incoming`, `-daemonize` …) are refused, and so are those with which a guest cannot move
   * (`-snapshot`).
   *
   * `-serial file:PATH` empties the log at each move; `-chardev file,…,append=on` does not.
   *
   * @see https://www.qemu.org/docs/master/system/invocation.html
   */
  arguments?: Input<Input<string>[]>;
  /**
   * Name of the user that QEMU becomes once it has opened what only root may. It needs the same number on all
   * candidates. With `root`, QEMU stays root.
   *
   * @default the owner of the images, by number; root, with a warning, when they belong to root or to several users
   */
  user?: Input<string>;
  /** Options of live migrations. @default an encrypted stream, without limits; see the fields */
  migration?: Input<QemuMigrationArgs>;
  /**
   * Action on the guest when this resource is deleted. `shutdown` presses its power button, waits for
   * `shutdownTimeoutSeconds`, and fails if the guest still runs then; `destroy` ends it at once; `keep` leaves it
   * running and only removes it from the state. Disk images are never deleted.
   *
   * @default "shutdown"
   */
  onDelete?: Input<"shutdown" | "destroy" | "keep">;
  /** True takes over a guest with this UUID that belongs to another stack. @default false */
  adopt?: Input<boolean>;
  /** Time that the guest may take to shut down, in seconds, up to 86400. @default 120 */
  shutdownTimeoutSeconds?: Input<number>;
  /**
   * Names of candidates that are off for certain: you have cut their power, or have made sure by other means that no
   * guest runs there. They need not answer. An unreachable host is not off: a guest that still runs there would run
   * twice. Remove the name once the host is back; until then nothing is done.
   *
   * @default []
   * @see docs/recovery.md
   */
  fenced?: Input<readonly Input<string>[]>;
}

/**
 * A guest that runs in a transient systemd unit, with QEMU's monitors on sockets that only root can open, and its
 * output in the journal. Nothing but the next `pulumi up` restarts it when it has ended or its host has rebooted.
 *
 * It moves by QEMU's own `migrate`: the same command line is started on the destination with `-incoming`, and the guest
 * continues there once its memory has arrived, even if this machine has died meanwhile; the next run finds the
 * migration and joins it. A changed command line takes effect when the guest is next started.
 *
 * @drift the guest on another host, a guest that has ended, one that was started by hand with another command line, and what an
 * interrupted move has left. The next `pulumi up` moves it back live, starts it, and ends what was begun. A host that does
 * not answer is an error
 * @throws when a candidate does not answer and is not `fenced`, when it is unclear where the guest is, when a host
 * lacks what the guest needs, and when the migration fails or times out; the message says where the guest is and what
 * to do
 * @see docs/qemu.md
 * @see docs/recovery.md
 * @example
 * new QemuGuest("web", { host: hvA, candidates: [hvA, hvB], memoryMiB: 2048, machine: "pc-q35-7.2", drives: [{ file: "/srv/vm/web.qcow2" }] });
 * @example
 * new QemuGuest("web", { host: hvA, candidates: [hvA, hvB], arguments: ["-m", "2048", "-hda", "/srv/vm/web.qcow2", "-vnc", ":19"] });
 */
export class QemuGuest extends ManagedResource {
  /** UUID by which the guest is recognized on every host; known in the first preview. */
  declare readonly uuid: Output<string>;
  /** Name of the guest, as `-name` gives it to QEMU. */
  declare readonly name: Output<string>;
  /** Name of the `Host` that the guest is on. */
  declare readonly host: Output<string>;
  /** State in virsh's terms, e.g. `running`. @see https://libvirt.org/manpages/virsh.html#domstate */
  declare readonly state: Output<string>;
  /** Command line of the guest's next start, without the name, UUID and monitors that the provider adds. */
  declare readonly commandLine: Output<string[]>;
  /** Command line that the guest was started with, without what the provider adds. */
  declare readonly runningCommandLine: Output<string[]>;
  /** Figures of the last migration; undefined before the first. */
  declare readonly lastMigration: Output<MigrationRecord | undefined>;
  /** Figures of the last ten migrations, newest first. */
  declare readonly migrationHistory: Output<MigrationRecord[] | undefined>;

  constructor(name: string, args: QemuGuestArgs, options?: CustomResourceOptions) {
    const { host, candidates, ...rest } = args;
    const commandLine = derivedFrom(rest as Input<unknown>);
    const inputs = { host: host.name, candidates: hypervisorsOf(candidates), commandLine };
    const outputs = { ...emptyOutputs, runningCommandLine: commandLine };
    const secrets = candidates.flatMap((candidate) => secretsOf(candidate, "candidates"));
    super("QemuGuest", name, { ...outputs, name, ...rest, ...inputs }, dependingOn(candidates, options), secrets);
  }
}

/** Pulumi makes an output of each key that it is given, and only of those. */
const emptyOutputs = {
  uuid: undefined,
  state: undefined,
  lastMigration: undefined,
  migrationHistory: undefined,
};
