/**
 * Pure: the images that QEMU opens as disks.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-1
 */
import { type Option, optionsOf } from "./arguments";
import { isOn } from "./option-list";
import { isJson, jsonPairs, optionPairs, type Pairs } from "./option-pairs";

export interface Image extends Option {
  /** The path as QEMU will open it: possibly relative, or `nbd://…`. */
  path: string;
  readonly: boolean;
  /** True for firmware, which each host may have a copy of. */
  isFlash: boolean;
}

const imageOptions = ["hda", "hdb", "hdc", "hdd", "cdrom", "fda", "fdb", "pflash", "sd", "mtdblock"];

export function imagesOf(argv: readonly string[]): Image[] {
  return optionsOf(argv).flatMap((option) => imagesOfOption(option).filter(({ path }) => path !== ""));
}

function imagesOfOption(option: Option): Image[] {
  const value = option.value ?? "";
  if (imageOptions.includes(option.option)) {
    const flags = { readonly: option.option === "cdrom", isFlash: option.option === "pflash" };
    return pathsIn(value).map((path) => ({ ...option, ...flags, path }));
  }
  if (option.option !== "drive" && option.option !== "blockdev") return [];
  const pairs = optionPairs(value, option.option === "blockdev" ? "driver" : undefined);
  const settings = new Map(pairs);
  const isReadonly = isOn(settings.get("readonly") ?? settings.get("read-only"));
  const readonly = isReadonly || settings.get("media") === "cdrom";
  const isFlash = settings.get("if") === "pflash";
  return filesIn(pairs, option.option === "drive").map(([key, path]) => {
    // QEMU only reads a backing file, whatever is above it.
    return { ...option, path, isFlash, readonly: readonly || key.split(".").includes("backing") };
  });
}

/** The `file` of a `-blockdev` names another node; each `filename`, at any depth, is a path. */
function filesIn(pairs: Pairs, isDrive: boolean): Pairs {
  return pairs.flatMap(([key, value]): Pairs => {
    if (isDrive && key === "file") return pathsIn(value).map((path) => [key, path]);
    return key.split(".").at(-1) === "filename" ? [[key, value]] : [];
  });
}

/** `file:/x` names /x, and `json:{…}` is a whole `-blockdev`. */
function pathsIn(name: string): string[] {
  const json = name.replace(/^json:/, "");
  if (json === name || !isJson(json)) return [name.replace(/^file:/, "")];
  return filesIn(jsonPairs(json) ?? [], false).map(([, path]) => path);
}

/** QEMU's rule: a colon before the first slash. */
export const hasProtocol = (path: string) => /^[^/:]*:/.test(path);
