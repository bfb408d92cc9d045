/**
 * Pure: the files that QEMU reads, other than disks, and the files that it writes.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { own } from "../../util/own";
import { type Option, optionsOf } from "./arguments";
import { characterDevices, isServer } from "./character-devices";
import { networkScripts } from "./networks";
import { optionPairs } from "./option-pairs";

/** Options whose value is a path. QEMU looks for a `-bios` without a slash among its own firmware. */
const pathOptions = ["kernel", "initrd", "shim", "dtb", "bios", "readconfig"];

/** Keys whose values are paths, by option. */
const pathKeys: Readonly<Record<string, readonly string[]>> = {
  "option-rom": ["romfile"],
  device: ["romfile"],
  fw_cfg: ["file"],
  smbios: ["file", "path"],
};

export function readFilesOf(argv: readonly string[]): string[] {
  return [...optionsOf(argv).flatMap(readBy), ...networkScripts(argv)];
}

function readBy({ option, value = "" }: Option): string[] {
  if (pathOptions.includes(option)) return [value];
  // A colon separates several files.
  if (option === "acpitable")
    return optionPairs(value).flatMap(([key, paths]) => (key === "file" || key === "data" ? paths.split(":") : []));
  const pairs = optionPairs(value, option === "option-rom" ? "romfile" : undefined);
  return pairs.flatMap(([key, path]) => (own(pathKeys, option)?.includes(key) ? [path] : []));
}

export interface WrittenFile extends Option {
  path: string;
}

/** Logs, and the sockets that QEMU creates. */
export function writtenFilesOf(argv: readonly string[]): WrittenFile[] {
  const logs = optionsOf(argv).flatMap((option) =>
    option.option === "D" && option.value !== undefined ? [{ ...option, path: option.value }] : [],
  );
  const connected = characterDevices(argv).flatMap((device) => {
    const path = device.backend === "file" || isServer(device) ? device.settings.get("path") : undefined;
    return [path, device.settings.get("logfile")].flatMap((file) =>
      file === undefined ? [] : [{ ...device, path: file }],
    );
  });
  return [...connected, ...logs];
}
