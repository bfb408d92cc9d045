/**
 * Pure: a command line made of typed inputs.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { stableMac } from "../util/identity";
import { optionList } from "./option-list";

/** Each field is the input of the same name of `QemuGuestArgs`. */
export interface TypedCommandLine {
  memoryMiB?: number | undefined;
  smp?: number | undefined;
  machine?: string | undefined;
  accel?: "kvm" | "tcg" | undefined;
  drives?: readonly Drive[] | undefined;
  netdevs?: readonly Netdev[] | undefined;
  vnc?: { display: number; listen?: string | undefined } | undefined;
  serial?: { file: string } | undefined;
  extraArguments?: readonly string[] | undefined;
}

/**
 * A disk or CD-ROM drive: one `-drive`.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-1
 */
export interface Drive {
  /** Absolute path of the image, the same on all candidates. */
  file: string;
  /** Format of the image. @default "qcow2"; "raw" for a cdrom */
  format?: "qcow2" | "raw" | undefined;
  /**
   * Bus that the drive is attached to. `none` attaches it to none: it has the id `driveN`, where N is its position in
   * `drives`, counted from 0, for a `-device` in `extraArguments`.
   *
   * @default "virtio"; "ide" for a cdrom
   */
  if?: "ide" | "virtio" | "scsi" | "none" | undefined;
  /**
   * Cache mode. Only `none` and `directsync` bypass the host's page cache, which does not see what another host writes.
   *
   * @default "none"
   */
  cache?: "none" | "writeback" | "writethrough" | "directsync" | "unsafe" | undefined;
  /** Kind of drive. @default "disk" */
  media?: "disk" | "cdrom" | undefined;
  /** True forbids the guest to write to the image. @default false */
  readonly?: boolean | undefined;
}

/**
 * A network card: a `-netdev` and the `-device` connected to it.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-5
 */
export interface Netdev {
  /**
   * `user`: network address translation in QEMU. `tap`: a tap interface. `bridge`: a tap that QEMU adds to a bridge.
   */
  type: "user" | "tap" | "bridge";
  /** Name of the `-netdev`. @default "netN", where N is its position in `netdevs`, counted from 0 */
  id?: string | undefined;
  /** Name of the tap interface on the host; for `type: "tap"`. @default the kernel's next free name, e.g. `tap0` */
  ifname?: string | undefined;
  /** Name of the bridge on the host; for `type: "bridge"`. @default QEMU's: "br0" */
  br?: string | undefined;
  /** QEMU device that the guest sees as its card. @default "virtio-net-pci" */
  model?: string | undefined;
  /** MAC address of the card. @default derived from the guest's `uuid`, so that it stays the same */
  mac?: string | undefined;
}

/** QEMU's default devices differ between versions, and the configuration files of hosts differ. */
const sameEverywhere = ["-nodefaults", "-no-user-config"];

export function typedArguments(typed: TypedCommandLine, uuid: string): string[] {
  const { memoryMiB, smp, machine, accel = "kvm", drives = [], netdevs = [], vnc, serial, extraArguments = [] } = typed;
  return [
    ...sameEverywhere,
    ...(machine === undefined ? [] : ["-machine", machine]),
    ...["-accel", accel],
    ...(memoryMiB === undefined ? [] : ["-m", String(memoryMiB)]),
    ...(smp === undefined ? [] : ["-smp", String(smp)]),
    ...drives.flatMap((drive, index) => driveArguments(drive, index, drives)),
    ...netdevs.flatMap((netdev, index) => netdevArguments(netdev, index, uuid)),
    ...(vnc === undefined ? [] : vncArguments(vnc)),
    ...(serial === undefined ? [] : serialArguments(serial)),
    ...extraArguments,
  ];
}

/** A virtio bus has no CD-ROM drives. */
const busOf = ({ media, if: bus = media === "cdrom" ? "ide" : "virtio" }: Drive) => bus;

function driveArguments(drive: Drive, position: number, drives: readonly Drive[]): string[] {
  const { file, media = "disk", format = media === "cdrom" ? "raw" : "qcow2", cache = "none", readonly } = drive;
  const bus = busOf(drive);
  const index = drives.slice(0, position).filter((other) => busOf(other) === bus).length;
  const address = bus === "none" ? { id: `drive${position}` } : { index };
  return ["-drive", optionList({ file, format, if: bus, ...address, cache, media, readonly: readonly || undefined })];
}

function netdevArguments(netdev: Netdev, index: number, uuid: string): string[] {
  const { type, id = `net${index}`, ifname, br, model = "virtio-net-pci", mac = stableMac(uuid, index) } = netdev;
  // Otherwise QEMU runs /etc/qemu-ifup, which differs per host.
  const scripts = type === "tap" ? { script: "no", downscript: "no" } : {};
  return [
    ...["-netdev", optionList({ id, ifname, br, ...scripts }, type)],
    ...["-device", optionList({ netdev: id, mac }, model)],
  ];
}

function vncArguments({ display, listen = "127.0.0.1" }: { display: number; listen?: string | undefined }): string[] {
  return ["-vnc", optionList({}, `${listen.includes(":") ? `[${listen}]` : listen}:${display}`), "-vga", "std"];
}

/** Without `append` the destination's QEMU would empty the log while the source's still writes to it. */
function serialArguments({ file }: { file: string }): string[] {
  return ["-chardev", optionList({ id: "serial0", path: file, append: true }, "file"), "-serial", "chardev:serial0"];
}
