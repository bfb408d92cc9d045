/**
 * Pure: the files that QEMU reads, other than disks, and the files that it writes.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { own } from "../util/own";
import { type Option, optionsOf } from "./arguments";
import { characterDevices, isServer } from "./character-devices";
import { networkScripts } from "./networks";
import { optionPairs } from "./option-pairs";

/** Options whose value is a path. QEMU looks for a `-bios` without a slash among its own firmware. */
const pathOptions = ["kernel", "initrd", "shim", "dtb", "bios", "readconfig", "mem-path"];

/** Keys whose values are paths, by option. */
const pathKeys: Readonly<Record<string, readonly string[]>> = {
  "option-rom": ["romfile"],
  device: ["romfile", "evdev"],
  fsdev: ["path"],
  spice: ["x509-dir", "x509-key-file", "x509-cert-file", "x509-cacert-file", "x509-dh-key-file"],
  plugin: ["file"],
  fw_cfg: ["file"],
  smbios: ["file", "path"],
};

/** Those of `-object`, by its type. */
const objectKeys: Readonly<Record<string, readonly string[]>> = {
  secret: ["file"],
  "tls-creds-x509": ["dir"],
  "tls-creds-psk": ["dir"],
  "tls-creds-anon": ["dir"],
  "memory-backend-file": ["mem-path"],
  "rng-random": ["filename"],
  "input-linux": ["evdev"],
  "authz-list-file": ["filename"],
};

export function readFilesOf(argv: readonly string[]): string[] {
  return [...optionsOf(argv).flatMap(readBy), ...characterDevices(argv).flatMap(openedBy), ...networkScripts(argv)];
}

/** A pipe may be two files, NAME.in and NAME.out. */
function openedBy(device: ReturnType<typeof characterDevices>[number]): string[] {
  const path = device.settings.get("path");
  if (path === undefined) return [];
  const isClient = device.backend === "socket" && !isServer(device);
  return isClient || ["pipe", "serial", "tty", "parallel", "parport"].includes(device.backend) ? [path] : [];
}

function readBy({ option, value = "" }: Option): string[] {
  // A multiboot kernel takes several modules, each with arguments.
  if (option === "initrd")
    return value.split(/(?<!,),(?!,)/).flatMap((module) => module.replaceAll(",,", ",").split(" ")[0] || []);
  if (pathOptions.includes(option)) return [value];
  // A colon separates several files.
  if (option === "acpitable")
    return optionPairs(value).flatMap(([key, paths]) => (key === "file" || key === "data" ? paths.split(":") : []));
  const implied = { "option-rom": "romfile", device: "driver", object: "qom-type", plugin: "file" }[option];
  const pairs = optionPairs(value, implied);
  const settings = new Map(pairs);
  const isLoader = option === "device" && /^(loader|guest-loader)$/.test(settings.get("driver") ?? "");
  const keys = option === "object" ? own(objectKeys, settings.get("qom-type") ?? "") : own(pathKeys, option);
  return pairs.flatMap(([key, path]) => (keys?.includes(key) || (isLoader && key === "file") ? [path] : []));
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
