/**
 * Pure: a command line from typed inputs.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { createHash } from "node:crypto";
import { optionList } from "./option-list";

export interface TypedCommandLine {
  memoryMiB?: number | undefined;
  smp?: number | undefined;
  /** e.g. `pc-i440fx-7.2`. */
  machine?: string | undefined;
  /** Default: kvm. */
  accel?: "kvm" | "tcg" | undefined;
  drives?: readonly Drive[] | undefined;
  netdevs?: readonly Netdev[] | undefined;
  /** `listen` is an address, 127.0.0.1 by default; the port is 5900 + `display`. */
  vnc?: { display: number; listen?: string | undefined } | undefined;
  /** Where the first serial port is logged. */
  serial?: { file: string } | undefined;
  extraArguments?: readonly string[] | undefined;
}

export interface Drive {
  file: string;
  /** Default: qcow2; of a cdrom, raw. */
  format?: "qcow2" | "raw" | undefined;
  /** Default: virtio; of a cdrom, ide. With none it has the id `driveN`, for a `-device` among the extra arguments. */
  if?: "ide" | "virtio" | "scsi" | "none" | undefined;
  /** Default: none, since the page cache of one host knows nothing of what the other one writes. */
  cache?: "none" | "writeback" | "writethrough" | "directsync" | "unsafe" | undefined;
  /** Default: disk. */
  media?: "disk" | "cdrom" | undefined;
  readonly?: boolean | undefined;
}

export interface Netdev {
  type: "user" | "tap" | "bridge";
  /** Default: `netN`. */
  id?: string | undefined;
  ifname?: string | undefined;
  br?: string | undefined;
  /** Default: virtio-net-pci. */
  model?: string | undefined;
  /** Default: made of the guest's uuid, so that it stays the same. */
  mac?: string | undefined;
}

/** Devices of QEMU's own choice are not the same in all versions, and a host's own configuration is of that host. */
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

/** A medium of a cdrom drive is an ISO image, and only buses with such drives have one. */
const busOf = ({ media, if: bus = media === "cdrom" ? "ide" : "virtio" }: Drive) => bus;

function driveArguments(drive: Drive, position: number, drives: readonly Drive[]): string[] {
  const { file, media = "disk", format = media === "cdrom" ? "raw" : "qcow2", cache = "none", readonly } = drive;
  const bus = busOf(drive);
  const index = drives.slice(0, position).filter((other) => busOf(other) === bus).length;
  const place = bus === "none" ? { id: `drive${position}` } : { index };
  return ["-drive", optionList({ file, format, if: bus, ...place, cache, media, readonly: readonly || undefined })];
}

function netdevArguments(netdev: Netdev, index: number, uuid: string): string[] {
  const { type, id = `net${index}`, ifname, br, model = "virtio-net-pci", mac = stableMac(uuid, index) } = netdev;
  // Without this QEMU runs /etc/qemu-ifup, which is another one on each host.
  const scripts = type === "tap" ? { script: "no", downscript: "no" } : {};
  return [
    ...["-netdev", optionList({ id, ifname, br, ...scripts }, type)],
    ...["-device", optionList({ netdev: id, mac }, model)],
  ];
}

/** In the range that QEMU takes its own from. Those are 52:54:00:12:34:56 in every guest. */
function stableMac(uuid: string, index: number): string {
  const digest = createHash("sha256").update(`${uuid.toLowerCase()} ${index}`).digest("hex");
  return ["52:54:00", ...(digest.slice(0, 6).match(/../g) ?? [])].join(":");
}

function vncArguments({ display, listen = "127.0.0.1" }: { display: number; listen?: string | undefined }): string[] {
  return ["-vnc", `${listen.includes(":") ? `[${listen}]` : listen}:${display}`, "-vga", "std"];
}

/** Append: otherwise the destination's QEMU empties the log while the source's still writes it. */
function serialArguments({ file }: { file: string }): string[] {
  return ["-chardev", optionList({ id: "serial0", path: file, append: true }, "file"), "-serial", "chardev:serial0"];
}
