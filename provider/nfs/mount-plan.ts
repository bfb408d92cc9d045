/** Pure: a mount as it was observed, its drift from what is wanted, reasons not to change it, and the steps of a change. */
import { withParents } from "../host/directories";
import { continuedMark, fileMarkIn, readMark } from "../host/file-mark";
import type { Owner } from "../util/owner";
import { mountOptionDifferences, sameMountOptions } from "./mount-options";
import { parseMountUnit, unitFile, unitText, type WantedMount } from "./mount-unit";
import { isNfs, type MountInfo, sameSource } from "./mountinfo";

/** Everything that is known about a mount point. */
export interface MountFacts {
  /** Text of the unit in /etc/systemd/system, whoever wrote it. */
  unit?: string;
  /** Path of the unit file that systemd has loaded for the mount point; empty for none. */
  fragment: string;
  enabled: boolean;
  /** Mounts at the path, the topmost last. */
  mounts: MountInfo[];
  /** Sources in fstab. */
  fstab: string[];
  /** The path and its parents as far as they exist, with their kind as stat(1) calls it; empty when it is mounted. */
  directories: Map<string, string>;
  /** A few of the names in the directory, when nothing is mounted on it. */
  contents: string[];
}

export const topMount = ({ mounts }: MountFacts): MountInfo | undefined => mounts.at(-1);

/** @returns reasons not to change the mount, each with a remedy. @param owned whether the state or the unit says it is ours */
export function mountProblems(facts: MountFacts, wanted: WantedMount, owned: boolean, host: string): string[] {
  return [
    ...mountedProblems(facts, wanted, owned),
    ...unitProblems(facts, wanted),
    ...directoryProblems(facts, wanted),
  ].map((problem) => `${host}: ${problem}`);
}

function mountedProblems(facts: MountFacts, { path, source, adopt = false }: WantedMount, owned: boolean): string[] {
  const mounted = topMount(facts);
  if (mounted === undefined || owned) return [];
  if (facts.mounts.length > 1)
    return [`there are ${facts.mounts.length} mounts on top of each other at ${path}. Unmount them.`];
  if (!sameSource(mounted.source, source) || !isNfs(mounted))
    return [`${mounted.source} (${mounted.type}) is mounted at ${path}. Unmount it, or choose another path.`];
  return adopt
    ? []
    : [
        `${source} is already mounted at ${path}, not by this provider. Unmount it, or set adopt: true to take it over.`,
      ];
}

function unitProblems({ unit, fragment, fstab }: MountFacts, { path, source, adopt = false }: WantedMount): string[] {
  const foreignUnit = unit !== undefined && readMark(unit) === undefined;
  const elsewhere = fragment !== "" && fragment !== unitFile(path) && !fragment.startsWith("/run/systemd/generator");
  const takes = (found: string) => adopt && sameSource(found, source);
  return [
    ...(foreignUnit && !takes(parseMountUnit(unit).source)
      ? [
          `${unitFile(path)} is not ours and mounts ${parseMountUnit(unit).source || "nothing"}. ${adviceFor(parseMountUnit(unit).source, source)}`,
        ]
      : []),
    ...(elsewhere && !adopt ? [`${fragment} mounts ${path}. Remove it, or set adopt: true to override it.`] : []),
    ...fstab
      .filter((found) => !takes(found))
      .map((found) => `/etc/fstab has ${found} for ${path}. ${adviceFor(found, source)}`),
  ];
}

const adviceFor = (found: string, source: string) =>
  sameSource(found, source) ? "Remove it, or set adopt: true to take it over." : "Remove it, or choose another path.";

function directoryProblems({ mounts, directories, contents }: MountFacts, { path }: WantedMount): string[] {
  if (mounts.length > 0) return [];
  const others = [...directories].filter(([, kind]) => kind !== "directory");
  return [
    ...others.map(([file, kind]) => `${file} is a ${kind}, not a directory. Choose another path.`),
    ...(contents.length > 0
      ? [`${path} is not empty: a mount would hide ${contents.join(", ")}. Move them elsewhere.`]
      : []),
  ];
}

/** Directories that systemd will create for the mount. */
export function missingDirectories({ mounts, directories }: MountFacts, path: string): string[] {
  return mounts.length > 0 ? [] : withParents(path).filter((directory) => !directories.has(directory));
}

/** @returns how the host differs from what is wanted, one phrase per difference */
export function mountDrift(facts: MountFacts, wanted: WantedMount, host: string): string[] {
  const file = unitFile(wanted.path);
  const expected = unitText(wanted, fileMarkIn(facts.unit));
  return [
    ...(facts.unit === undefined ? [`${file} is missing`] : []),
    ...(facts.unit !== undefined && facts.unit !== expected ? [`${file} was changed`] : []),
    ...(facts.unit !== undefined && !facts.enabled ? [`${file} is not enabled`] : []),
    ...mountedDrift(facts, wanted),
  ].map((what) => `${host}: ${what}`);
}

function mountedDrift(facts: MountFacts, { path, source, options }: WantedMount): string[] {
  const mounted = topMount(facts);
  if (mounted === undefined) return [`${source} is not mounted at ${path}`];
  if (!sameSource(mounted.source, source) || !isNfs(mounted))
    return [`${mounted.source} (${mounted.type}) is mounted at ${path} instead of ${source}`];
  return mountOptionDifferences(mounted.options, options).map((what) => `${path} is mounted with ${what}`);
}

/** Something of it is there, whoever has made it. */
export const isAnyThere = (facts: MountFacts): boolean =>
  facts.unit !== undefined || facts.fragment !== "" || facts.mounts.length > 0 || facts.fstab.length > 0;

/** What of a mount that is taken over changes. */
export function adoptionDifferences(
  facts: MountFacts,
  wanted: WantedMount,
  { unmount, mount }: MountSteps,
  host: string,
): string[] {
  const again = unmount ? [`${wanted.path} is unmounted and mounted again`] : [];
  const first = mount && !unmount ? [`${wanted.path} is mounted`] : [];
  return [...mountedDrift(facts, wanted), ...again, ...first].map((what) => `${host}: ${what}`);
}

/** Steps of a change; those that are false are not due. */
export interface MountSteps {
  unmount: boolean;
  write: boolean;
  enable: boolean;
  mount: boolean;
}

/** @param owner that its unit has to name */
export function mountSteps(facts: MountFacts, wanted: WantedMount, owner: Owner | undefined): MountSteps {
  const mounted = topMount(facts) !== undefined;
  const asked = facts.unit === undefined || readMark(facts.unit) === undefined ? undefined : parseMountUnit(facts.unit);
  // Not all options can be seen on a mount: the ones in the unit count as well.
  const asksOther = asked !== undefined && !sameMountOptions(asked.options, wanted.options);
  const unmount = mounted && (mountedDrift(facts, wanted).length > 0 || asksOther);
  const expected = unitText(wanted, continuedMark(facts.unit, [], owner));
  return { unmount, write: facts.unit !== expected, enable: !facts.enabled, mount: !mounted || unmount };
}
