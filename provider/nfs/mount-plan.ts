/** Pure: what a host has at a mount point, what differs from what is wanted, and what forbids to touch it. */
import { withParents } from "../host/directories";
import { readMark } from "./mark";
import { mountOptionDifferences, sameMountOptions } from "./mount-options";
import { parseUnit, unitFile, unitText, type WantedMount } from "./mount-unit";
import { isNfs, type MountInfo, sameSource } from "./mountinfo";

/** What a host was found to have at a path. */
export interface MountView {
  /** The file in /etc/systemd/system, whoever wrote it. */
  unit?: string;
  /** What systemd has loaded for the path: a file's path, empty for none. */
  fragment: string;
  enabled: boolean;
  /** What is mounted there, the one on top last. */
  mounts: MountInfo[];
  /** Sources in fstab. */
  fstab: string[];
  /** The path and those above it, as far as they exist, with their kind in stat's words; none when it is mounted. */
  directories: Map<string, string>;
  /** A few of the names in the directory, when nothing is mounted on it. */
  contents: string[];
}

export const topMount = ({ mounts }: MountView): MountInfo | undefined => mounts.at(-1);

/** Why it must not be touched, each reason with what to do. @param owned whether the state or the unit says it is ours */
export function mountProblems(view: MountView, wanted: WantedMount, owned: boolean, host: string): string[] {
  return [
    ...mountedProblems(view, wanted, owned),
    ...unitProblems(view, wanted),
    ...directoryProblems(view, wanted),
  ].map((problem) => `${host}: ${problem}`);
}

function mountedProblems(view: MountView, { path, source, adopt = false }: WantedMount, owned: boolean): string[] {
  const mounted = topMount(view);
  if (mounted === undefined || owned) return [];
  if (view.mounts.length > 1)
    return [`there are ${view.mounts.length} mounts on top of each other at ${path}. Unmount them.`];
  if (!sameSource(mounted.source, source) || !isNfs(mounted))
    return [`${mounted.source} (${mounted.type}) is mounted at ${path}. Unmount it, or choose another path.`];
  return adopt
    ? []
    : [`${source} is mounted at ${path} already, by others. Unmount it, or set adopt: true to take it over.`];
}

function unitProblems({ unit, fragment, fstab }: MountView, { path, source, adopt = false }: WantedMount): string[] {
  const foreignUnit = unit !== undefined && readMark(unit) === undefined;
  const elsewhere = fragment !== "" && fragment !== unitFile(path) && !fragment.startsWith("/run/systemd/generator");
  const takes = (found: string) => adopt && sameSource(found, source);
  return [
    ...(foreignUnit && !takes(parseUnit(unit).source)
      ? [
          `${unitFile(path)} is not ours and mounts ${parseUnit(unit).source || "nothing"}. ${adviceFor(parseUnit(unit).source, source)}`,
        ]
      : []),
    ...(elsewhere && !adopt ? [`${fragment} mounts ${path}. Remove it, or set adopt: true to have it overruled.`] : []),
    ...fstab
      .filter((found) => !takes(found))
      .map((found) => `/etc/fstab has ${found} for ${path}. ${adviceFor(found, source)}`),
  ];
}

const adviceFor = (found: string, source: string) =>
  sameSource(found, source) ? "Remove it, or set adopt: true to take it over." : "Remove it, or choose another path.";

function directoryProblems({ mounts, directories, contents }: MountView, { path }: WantedMount): string[] {
  if (mounts.length > 0) return [];
  const others = [...directories].filter(([, kind]) => kind !== "directory");
  return [
    ...others.map(([file, kind]) => `${file} is a ${kind}, not a directory. Choose another path.`),
    ...(contents.length > 0
      ? [`${path} is not empty: a mount would hide ${contents.join(", ")}. Move that elsewhere.`]
      : []),
  ];
}

/** Directories that systemd will make for the mount. */
export function missingDirectories({ mounts, directories }: MountView, path: string): string[] {
  return mounts.length > 0 ? [] : withParents(path).filter((directory) => !directories.has(directory));
}

/** What differs, in words. */
export function mountDrift(view: MountView, wanted: WantedMount, host: string): string[] {
  const file = unitFile(wanted.path);
  const expected = unitText(wanted, readMark(view.unit)?.createdDirectories ?? []);
  return [
    ...(view.unit === undefined ? [`${file} is missing`] : []),
    ...(view.unit !== undefined && view.unit !== expected ? [`${file} was changed`] : []),
    ...(view.unit !== undefined && !view.enabled ? [`${file} is not enabled`] : []),
    ...mountedDrift(view, wanted),
  ].map((what) => `${host}: ${what}`);
}

function mountedDrift(view: MountView, { path, source, options }: WantedMount): string[] {
  const mounted = topMount(view);
  if (mounted === undefined) return [`${source} is not mounted at ${path}`];
  if (!sameSource(mounted.source, source) || !isNfs(mounted))
    return [`${mounted.source} (${mounted.type}) is mounted at ${path} instead of ${source}`];
  return mountOptionDifferences(mounted.options, options).map((what) => `${path} is mounted with ${what}`);
}

/** What has to be done. */
export interface MountSteps {
  unmount: boolean;
  write: boolean;
  enable: boolean;
  mount: boolean;
}

export function mountSteps(view: MountView, wanted: WantedMount): MountSteps {
  const mounted = topMount(view) !== undefined;
  const asked = view.unit === undefined || readMark(view.unit) === undefined ? undefined : parseUnit(view.unit);
  // Not all options can be seen on a mount: those that it was asked for count as well.
  const asksOther = asked !== undefined && !sameMountOptions(asked.options, wanted.options);
  const unmount = mounted && (mountedDrift(view, wanted).length > 0 || asksOther);
  const expected = unitText(wanted, readMark(view.unit)?.createdDirectories ?? []);
  return { unmount, write: view.unit !== expected, enable: !view.enabled, mount: !mounted || unmount };
}
