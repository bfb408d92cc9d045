/**
 * Pure: what a command line needs of each host that its guest is to run on.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { posix } from "node:path";
import { optionsOf } from "./arguments";
import { readFilesOf, writtenFilesOf } from "./files";
import { imagesOf } from "./images";
import { type Listen, listensOf } from "./listens";
import { machineOf, needsKvm } from "./machine";
import { bridgesOf } from "./networks";

/** Paths are absolute ones only; nothing is named twice. */
export interface GuestNeeds {
  /** Files that QEMU opens as disks. */
  images: { path: string; readonly: boolean }[];
  /** Other files that it reads: kernel, initrd, firmware, scripts of networks. */
  files: string[];
  /** Folders of files that it writes: serial, chardev, logs, its sockets. */
  folders: string[];
  /** e.g. pc-i440fx-7.2; undefined when none is named. */
  machine: string | undefined;
  kvm: boolean;
  /** TCP ports that it listens on. */
  listens: Listen[];
  bridges: string[];
}

export function needsOf(argv: readonly string[]): GuestNeeds {
  const opened = imagesOf(argv).filter(({ path }) => posix.isAbsolute(path));
  const isFirmware = (image: (typeof opened)[number]) => image.isFlash && image.readonly;
  const firmware = opened.filter(isFirmware).map(({ path }) => path);
  return {
    images: merged(opened.filter((image) => !isFirmware(image))),
    files: unique([...readFilesOf(argv), ...firmware].filter(posix.isAbsolute)),
    folders: unique(writtenFilesOf(argv).flatMap(({ path }) => (posix.isAbsolute(path) ? [posix.dirname(path)] : []))),
    machine: machineOf(argv),
    kvm: needsKvm(argv),
    listens: [...new Map(listensOf(argv).map((listen) => [`${listen.address} ${listen.port}`, listen])).values()],
    bridges: unique(bridgesOf(argv)),
  };
}

/** What is written anywhere is not readonly. */
function merged(images: readonly { path: string; readonly: boolean }[]): GuestNeeds["images"] {
  return unique(images.map(({ path }) => path)).map((path) => ({
    path,
    readonly: images.every((image) => image.path !== path || image.readonly),
  }));
}

const unique = (words: readonly string[]) => [...new Set(words)];

/** Without one of these QEMU opens a window, or a VNC server on a port of its own choice. */
const displays = ["display", "vnc", "spice", "nographic", "curses", "sdl"];

export const hasDisplay = (argv: readonly string[]) => optionsOf(argv).some(({ option }) => displays.includes(option));
