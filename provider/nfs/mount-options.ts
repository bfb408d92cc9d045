/**
 * Pure: the options of a mount.
 *
 * @see https://man7.org/linux/man-pages/man5/nfs.5.html
 */
import { own } from "../util/own";

/** Options for disk images: the client waits for a server that is away, as a disk must, and locks through the server. */
export const defaultMountOptions: readonly string[] = [
  "vers=4.2",
  "hard",
  "proto=tcp",
  "timeo=600",
  "retrans=2",
  "noatime",
  "_netdev",
];

const corrupts = "makes writes fail when the server is slow, which corrupts images. Use hard";
const unlocks = "keeps locks on this host, so that nothing stops a guest from running twice. Leave it out";

/** Options that nfs(5) allows and this resource refuses. */
const refused: readonly [RegExp, string][] = [
  [/^(soft|softerr)$/, corrupts],
  [/^(nolock|local_lock=(?!none$).*)$/, unlocks],
  [/^bg$/, "reports success before anything is mounted. Leave it out"],
  [/^(remount|bind|rbind|move|user|users|owner|group)$/, "does not belong in a mount unit. Leave it out"],
];

const opposites: readonly (readonly string[])[] = [
  ["rw", "ro"],
  ["sync", "async"],
  ["lock", "nolock"],
  ["noatime", "relatime", "atime", "strictatime"],
  ["ac", "noac"],
];

/** @returns the problems of a list of options, as phrases such as `has vers twice` */
export function mountOptionProblems(options: readonly string[]): string[] {
  const keys = canonicalOptions(options).map(keyOf);
  const repeated = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
  return [
    ...options.flatMap(optionProblem),
    ...repeated.map((key) => `has ${key} twice`),
    ...opposites
      .map((words) => words.filter((word) => options.includes(word)))
      .filter(({ length }) => length > 1)
      .map((words) => `has ${words.join(" and ")}, which contradict each other`),
  ];
}

function optionProblem(option: string): string[] {
  const shown = JSON.stringify(option.slice(0, 80));
  if (!/^[A-Za-z0-9_.-]+(=[A-Za-z0-9._:%/@+-]+)?$/.test(option) || option.length > 200)
    return [`has ${shown}, which is no option of nfs(5)`];
  return refused.filter(([pattern]) => pattern.test(option)).map(([, why]) => `has ${shown}, which ${why}`);
}

/** Other spellings of the same option. */
const spellings: Readonly<Record<string, string>> = { tcp: "proto=tcp", udp: "proto=udp", rdma: "proto=rdma", fg: "" };

function canonical(option: string): string {
  const version = /^(?:nfsvers=|vers=|v(?=\d))(.*)$/.exec(option)?.[1];
  if (version !== undefined) return `vers=${version}`;
  return own(spellings, option) ?? option;
}

/** `minorversion=1` beside version 4 is version 4.1. */
function canonicalOptions(options: readonly string[]): string[] {
  const plain = options.map(canonical);
  const minor = plain.find((option) => keyOf(option) === "minorversion")?.split("=")[1];
  if (minor === undefined || !plain.includes("vers=4")) return plain;
  return plain.flatMap((option) =>
    keyOf(option) === "minorversion" ? [] : option === "vers=4" ? [`vers=4.${minor}`] : [option],
  );
}

const keyOf = (option: string) => option.split("=")[0] ?? "";

/** Options that the kernel shows as they were requested. Others are negotiated, shared between mounts, or not shown. */
const shownKeys = ["vers", "proto", "timeo", "retrans", "sec", "acregmin", "acregmax", "acdirmin", "acdirmax"];
const shownFlags = ["ro", "sync", "noatime", "nodiratime", "nodev", "noexec", "nosuid", "noac", "nosharecache"];

/** @returns how the mount differs from the options, e.g. `timeo=600 instead of timeo=100` */
export function mountOptionDifferences(effective: readonly string[], options: readonly string[]): string[] {
  const wanted = canonicalOptions(options);
  // Version 4 is whatever minor version of it client and server agree on.
  const isMet = (option: string) =>
    effective.includes(option) || (option === "vers=4" && effective.some((other) => /^vers=4(\.\d+)?$/.test(other)));
  const values = wanted
    .filter((option) => shownKeys.includes(keyOf(option)) && option.includes("="))
    .filter((option) => !isMet(option))
    .map((option) => `${effective.find((other) => keyOf(other) === keyOf(option)) ?? "nothing"} instead of ${option}`);
  const flags = shownFlags
    .filter((flag) => effective.includes(flag) !== wanted.includes(flag))
    .filter((flag) => !(flag === "sync" && wanted.includes("noac"))) // noac brings sync along
    .map((flag) => (wanted.includes(flag) ? `no ${flag}` : `${flag}, which was not requested`));
  return [...values, ...flags, ...(effective.includes("soft") ? ["soft instead of hard"] : [])];
}

/** Options that only say when to mount: a change of these leaves the mount itself as it is. */
const aboutWhen = /^(_netdev|nofail|auto|noauto|defaults|comment=.*|x-.*)$/;

export const sameMountOptions = (a: readonly string[], b: readonly string[]): boolean =>
  essence(a).join() === essence(b).join();

const essence = (options: readonly string[]) =>
  canonicalOptions(options.filter((option) => !aboutWhen.test(option))).sort();
