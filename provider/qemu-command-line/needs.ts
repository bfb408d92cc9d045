/**
 * Pure: the requirements that a command line has of each host that its guest runs on.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { posix } from "node:path";
import { optionsOf } from "./arguments";
import { readFilesOf, writtenFilesOf } from "./files";
import { imagesOf } from "./images";
import { type Listener, listenersOf } from "./listens";
import { machineOf, needsKvm } from "./machine";
import { bridgesOf } from "./networks";

/** Only absolute paths are listed, and nothing twice. */
export interface GuestNeeds {
  /** Images that QEMU opens as disks. */
  images: { path: string; readonly: boolean; format?: string }[];
  /** Other files that it reads: kernel, initrd, firmware, network scripts. */
  files: string[];
  /** Folders of the files that it writes: serial, chardev, logs, sockets. */
  folders: string[];
  /** The machine type, e.g. pc-i440fx-7.2; undefined when none is named. */
  machine: string | undefined;
  kvm: boolean;
  /** TCP ports that it listens on. */
  listeners: Listener[];
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
    listeners: [...new Map(listenersOf(argv).map((listen) => [`${listen.address} ${listen.port}`, listen])).values()],
    bridges: unique(bridgesOf(argv)),
  };
}

/** An image that is named twice is readonly only when both say so. */
function merged(images: GuestNeeds["images"]): GuestNeeds["images"] {
  return unique(images.map(({ path }) => path)).map((path) => {
    const named = images.filter((image) => image.path === path);
    const format = named.find((image) => image.format !== undefined)?.format;
    return { path, readonly: named.every(({ readonly }) => readonly), ...(format !== undefined && { format }) };
  });
}

const unique = (texts: readonly string[]) => [...new Set(texts)];

/** Without one of these options QEMU opens a window, or a VNC server on its default port. */
const displays = ["display", "vnc", "spice", "nographic", "curses", "sdl"];

export const hasDisplay = (argv: readonly string[]) => optionsOf(argv).some(({ option }) => displays.includes(option));
