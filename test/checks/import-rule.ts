/** The import rule as data, and a pure function that finds what breaks it. */

import { circles } from "./circles";

/** One file of the repository and what it imports: packages by name, files by their path in the repository. */
export interface SourceFile {
  path: string;
  imports: readonly string[];
  /** What it imports nothing but types from; they are gone in the code that runs. */
  types?: readonly string[];
}

/** Folders of provider/ and the folders that each may import from, beside itself. */
const staircase: Record<string, readonly string[]> = {
  index: ["resources", "lifecycle", "libvirt", "qemu", "qemu-command-line", "nfs", "pki", "placement", "host", "util"],
  provider: ["resources", "lifecycle", "host"], // what Pulumi's provider process loads
  plugin: ["discover", "resources", "lifecycle", "host", "util"], // what Pulumi starts for programs in other languages
  "command-line": ["discover", "resources", "lifecycle", "libvirt", "placement", "host", "util"], // the program kvm-live
  discover: ["resources", "lifecycle", "libvirt", "nfs", "pki", "host", "util"], // reads hosts, and asks each resource
  resources: [
    ...["lifecycle", "libvirt", "qemu", "qemu-command-line", "nfs", "pki", "placement", "host", "util"],
    ...["migration-blockers", "firewall", "placement-policy"],
  ],
  lifecycle: ["util"], // knows Pulumi's contract and no hosts
  libvirt: ["qemu-command-line", "migration-blockers", "placement", "host", "util"],
  qemu: ["qemu-command-line", "placement", "host", "util"],
  "qemu-command-line": ["migration-blockers", "util"], // also of a libvirt guest, in <qemu:commandline>
  "migration-blockers": [],
  nfs: ["host", "util"],
  pki: ["host", "util"],
  firewall: ["host", "util"],
  placement: ["firewall", "host", "util"], // decides alike for libvirt and QEMU, and knows neither
  "placement-policy": [], // decides where guests go, without a host or Pulumi
  host: ["util"],
  util: [],
};

/** What each top folder may import of the others. */
const tops: Record<string, (target: string) => boolean> = {
  provider: () => false,
  lab: (target) => /^provider\/(host|util)\//.test(target), // a lab that used the provider could not test it
  schema: (target) => target.startsWith("provider/"), // reads what the provider says of itself
  examples: (target) => target.startsWith("provider/"),
  test: () => true,
  bench: (target) => /^(lab|provider|test)\//.test(target),
};

const isFile = (name: string) => Object.keys(tops).some((top) => name.startsWith(`${top}/`));
const topOf = (path: string) => path.split("/")[0] ?? "";
const stairOf = (path: string) => path.split("/")[1]?.replace(/\.ts$/, "") ?? "";

/** @returns one line for each edge that is not allowed, each cycle, and each dependency with a second door */
export function violations(files: readonly SourceFile[]): string[] {
  return [...files.flatMap(forbiddenEdges), ...cycles(files), ...secondDoors(files)];
}

function forbiddenEdges({ path, imports }: SourceFile): string[] {
  return imports
    .filter(isFile)
    .filter((target) => !isAllowed(path, target))
    .map((target) => `${path} must not import ${target}`);
}

function isAllowed(path: string, target: string): boolean {
  if (topOf(path) !== topOf(target)) return tops[topOf(path)]?.(target) ?? false;
  if (topOf(path) !== "provider") return true;
  const [from, to] = [stairOf(path), stairOf(target)];
  return from === to || (staircase[from]?.includes(to) ?? false);
}

/** Of types, too: files that are in a circle can only be read together. */
function cycles(files: readonly SourceFile[]): string[] {
  const targets = files.map(({ path, imports, types = [] }) => [path, [...imports, ...types].filter(isFile)] as const);
  return circles(new Map(targets)).map((circle) => `cycle: ${circle.join(" -> ")}`);
}

/** The package's own name is how the state finds the provider again, not a dependency. */
const isDependency = (target: string) =>
  !isFile(target) && !target.startsWith("node:") && !target.startsWith("pulumi-kvm-live");

/** Every resource has a schema: zod's door is a folder. */
const folderDoors: Readonly<Record<string, string>> = { zod: "provider/resources/" };

/** Tests and Pulumi programs may import what they like; types are gone in the code that runs and need no door. */
function secondDoors(files: readonly SourceFile[]): string[] {
  const doors = new Map<string, string[]>();
  for (const { path, imports } of files.filter((file) => /^(provider|lab|bench(?!\/programs))\//.test(file.path)))
    for (const name of new Set(imports.filter(isDependency)))
      doors.set(name, [...(doors.get(name) ?? []), doorAt(path, folderDoors[name])]);
  return [...doors]
    .map(([name, paths]) => [name, [...new Set(paths)]] as const)
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name} has doors in ${paths.join(", ")}`);
}

const doorAt = (path: string, folder = path) => (path.startsWith(folder) ? folder : path);
