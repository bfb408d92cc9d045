/**
 * Pure: what QEMU opens as disks.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-1
 */
import { type Option, optionsOf } from "./arguments";
import { isOn } from "./option-list";
import { isJson, jsonPairs, optionPairs, type Pairs } from "./option-pairs";

export interface Image extends Option {
  /** As QEMU will open it: relative maybe, or `nbd://…`. */
  path: string;
  readonly: boolean;
  /** Firmware: read rather than shared between the hosts. */
  isFlash: boolean;
}

const imageOptions = ["hda", "hdb", "hdc", "hdd", "cdrom", "fda", "fdb", "pflash", "sd", "mtdblock"];

export function imagesOf(argv: readonly string[]): Image[] {
  return optionsOf(argv).flatMap((option) => imagesOfOption(option).filter(({ path }) => path !== ""));
}

function imagesOfOption(option: Option): Image[] {
  const value = option.value ?? "";
  if (imageOptions.includes(option.option)) {
    const whole = { ...option, readonly: option.option === "cdrom", isFlash: option.option === "pflash" };
    return pathsIn(value).map((path) => ({ ...whole, path }));
  }
  if (option.option !== "drive" && option.option !== "blockdev") return [];
  const pairs = optionPairs(value, option.option === "blockdev" ? "driver" : undefined);
  const said = new Map(pairs);
  const readonly = isOn(said.get("readonly") ?? said.get("read-only")) || said.get("media") === "cdrom";
  const isFlash = said.get("if") === "pflash";
  return filesIn(pairs, option.option === "drive").map(([key, path]) => {
    // A backing file is only read, whatever is above it.
    return { ...option, path, isFlash, readonly: readonly || key.split(".").includes("backing") };
  });
}

/** `file=` of a `-blockdev` names another node; each `filename`, however deep, is a path. */
function filesIn(pairs: Pairs, isDrive: boolean): Pairs {
  return pairs.flatMap(([key, value]): Pairs => {
    if (isDrive && key === "file") return pathsIn(value).map((path) => [key, path]);
    return key.split(".").at(-1) === "filename" ? [[key, value]] : [];
  });
}

/** `file:/x` is /x, and `json:{…}` is a whole `-blockdev`. */
function pathsIn(name: string): string[] {
  const json = name.replace(/^json:/, "");
  if (json === name || !isJson(json)) return [name.replace(/^file:/, "")];
  return filesIn(jsonPairs(json) ?? [], false).map(([, path]) => path);
}

/** As in QEMU: a colon before the first slash. */
export const hasProtocol = (path: string) => /^[^/:]*:/.test(path);
