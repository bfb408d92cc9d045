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
  /** Its format, where the option names it. */
  format?: string;
  /** True for firmware, which each host may have a copy of. */
  isFlash: boolean;
}

/** Those whose whole value is the name of an image. */
export const imageOptions = ["hda", "hdb", "hdc", "hdd", "cdrom", "fda", "fdb", "pflash", "sd", "mtdblock"];

export function imagesOf(argv: readonly string[]): Image[] {
  const options = optionsOf(argv);
  const formats = formatsByNode(options);
  return options.flatMap((option) => imagesOfOption(option, formats).filter(({ path }) => path !== ""));
}

/** A `-blockdev` names the node of its file: the format of that node's file is its driver. */
function formatsByNode(options: readonly Option[]): ReadonlyMap<string, string> {
  const nodes = options.flatMap(({ option, value = "" }) =>
    option === "blockdev" ? [new Map(optionPairs(value, "driver"))] : [],
  );
  return new Map(
    nodes.flatMap((node) => {
      const [file, driver] = [node.get("file"), node.get("driver")];
      return file === undefined || driver === undefined ? [] : [[file, driver] as const];
    }),
  );
}

function imagesOfOption(option: Option, formats: ReadonlyMap<string, string>): Image[] {
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
  const isDrive = option.option === "drive";
  return filesIn(pairs, isDrive).map(([key, path]) => {
    // QEMU only reads a backing file, whatever is above it.
    const isBelow = key.split(".").includes("backing");
    const node = key === "filename" ? formats.get(settings.get("node-name") ?? "") : settings.get("driver");
    const format = isDrive ? (settings.get("format") ?? settings.get("driver")) : node;
    return {
      ...option,
      path,
      isFlash,
      readonly: readonly || isBelow,
      ...(format !== undefined && !isBelow && { format }),
    };
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
