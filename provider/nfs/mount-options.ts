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
  ["dev", "nodev"],
  ["exec", "noexec"],
  ["suid", "nosuid"],
  ["diratime", "nodiratime"],
  ["sharecache", "nosharecache"],
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
const spellings: Readonly<Record<string, string>> = {
  tcp: "proto=tcp",
  udp: "proto=udp",
  rdma: "proto=rdma",
  fg: "",
  "sec=none": "sec=null",
};

/** The kernel takes a number that begins with 0 for an octal one. */
function canonical(option: string): string[] {
  const version = /^(?:nfsvers=|vers=|v(?=\d))(.*)$/.exec(option)?.[1];
  if (version !== undefined) return [`vers=${version}`];
  const plain = option.replace(
    /^(timeo|retrans|ac\w+)=(0[0-7]+)$/,
    (_, key, octal) => `${key}=${Number.parseInt(octal, 8)}`,
  );
  const [key, seconds] = plain.split("=");
  if (key === "actimeo") return Object.keys(cacheDefaults).map((name) => `${name}=${seconds}`);
  return [own(spellings, plain) ?? plain];
}

/** Seconds for which the client keeps attributes; the kernel shows others only. */
const cacheDefaults: Readonly<Record<string, string>> = {
  acregmin: "3",
  acregmax: "60",
  acdirmin: "30",
  acdirmax: "60",
};

/** `minorversion=1` beside version 4 is version 4.1. */
function canonicalOptions(options: readonly string[]): string[] {
  const plain = options.flatMap(canonical).filter(Boolean);
  const minor = plain.find((option) => keyOf(option) === "minorversion")?.split("=")[1];
  if (minor === undefined || !plain.includes("vers=4")) return plain;
  return plain.flatMap((option) =>
    keyOf(option) === "minorversion" ? [] : option === "vers=4" ? [`vers=4.${minor}`] : [option],
  );
}

const keyOf = (option: string) => option.split("=")[0] ?? "";

/** Options that the kernel shows as they were requested. Others are negotiated, shared between mounts, or not shown. */
const shownKeys = ["vers", "proto", "timeo", "retrans", "sec", ...Object.keys(cacheDefaults)];
const shownFlags = ["ro", "sync", "noatime", "nodiratime", "nodev", "noexec", "nosuid", "noac", "nosharecache"];

/** @returns how the mount differs from the options, e.g. `timeo=600 instead of timeo=100` */
export function mountOptionDifferences(effective: readonly string[], options: readonly string[]): string[] {
  const wanted = canonicalOptions(options);
  const shown = (option: string) => {
    const key = keyOf(option);
    const byDefault = own(cacheDefaults, key);
    return (
      effective.find((other) => keyOf(other) === key) ?? (byDefault === undefined ? "nothing" : `${key}=${byDefault}`)
    );
  };
  const values = wanted
    .filter((option) => shownKeys.includes(keyOf(option)) && option.includes("="))
    .filter((option) => !isMet(option, shown(option)))
    .map((option) => `${shown(option)} instead of ${option}`);
  const flags = shownFlags
    .filter((flag) => effective.includes(flag) !== wanted.includes(flag))
    .filter((flag) => !(flag === "sync" && wanted.includes("noac"))) // noac brings sync along
    .map((flag) => (wanted.includes(flag) ? `no ${flag}` : `${flag}, which was not requested`));
  const soft = ["soft", "softerr"].filter((word) => effective.includes(word)).map((word) => `${word} instead of hard`);
  return [...values, ...flags, ...soft];
}

/** Options that give a mount like this one again, as far as the kernel shows them; those that are refused stay among them. */
export function statedMountOptions(effective: readonly string[]): string[] {
  const shown = effective.filter((option) =>
    option.includes("=") ? shownKeys.includes(keyOf(option)) && option !== "sec=sys" : shownFlags.includes(option),
  );
  const retry = effective.find((option) => /^(soft|softerr)$/.test(option)) ?? "hard";
  const plain = shown.map((option) => option.replace(/^(proto=(tcp|rdma|udp))6$/, "$1"));
  return [...withOneTime(plain), retry, "_netdev"];
}

/** `actimeo` for four times that are the same. */
function withOneTime(options: readonly string[]): string[] {
  const times = options
    .filter((option) => own(cacheDefaults, keyOf(option)) !== undefined)
    .map((option) => option.split("=")[1]);
  const isOne = times.length === Object.keys(cacheDefaults).length && new Set(times).size === 1;
  if (!isOne) return [...options];
  return [...options.filter((option) => !(own(cacheDefaults, keyOf(option)) !== undefined)), `actimeo=${times[0]}`];
}

/** Version 4 is whatever minor version of it client and server agree on; over IPv6 the kernel calls TCP tcp6. */
const isMet = (wanted: string, shown: string) =>
  shown === wanted ||
  (wanted === "vers=4" && /^vers=4(\.\d+)?$/.test(shown)) ||
  (keyOf(wanted) === "proto" && shown === `${wanted}6`);

/** Options that only say when to mount: a change of these leaves the mount itself as it is. */
const aboutWhen = /^(_netdev|nofail|auto|noauto|defaults|comment=.*|x-.*)$/;

export const sameMountOptions = (a: readonly string[], b: readonly string[]): boolean =>
  essence(a).join() === essence(b).join();

const essence = (options: readonly string[]) =>
  canonicalOptions(options.filter((option) => !aboutWhen.test(option))).sort();
