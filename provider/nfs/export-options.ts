/**
 * Pure: the options of an export.
 *
 * @see https://man7.org/linux/man-pages/man5/exports.5.html
 */
import { own } from "../util/own";

/** Options that exclude each other, the default first, as far as `exportfs -s` shows them. */
const shownChoices = [
  ["ro", "rw"],
  ["sync", "async"],
  ["wdelay", "no_wdelay"],
  ["hide", "nohide"],
  ["no_subtree_check", "subtree_check"],
  ["secure", "insecure"],
  ["root_squash", "no_root_squash"],
  ["no_all_squash", "all_squash"],
] as const;

const otherChoices = [
  ["secure_locks", "insecure_locks"],
  ["auth_nlm", "no_auth_nlm"],
  ["acl", "no_acl"],
  ["no_pnfs", "pnfs"],
] as const;

const choices: readonly (readonly string[])[] = [...shownChoices, ...otherChoices];
const flags = ["crossmnt", "security_label", "nordirplus"];

const path = "/[A-Za-z0-9._+@=:/-]*";
const number = String.raw`\d{1,10}`;
const flavours = "(sys|krb5|krb5i|krb5p|none)";
const uuid = "[0-9a-fA-F]{8}(:?-?[0-9a-fA-F]{4}){3}:?-?[0-9a-fA-F]{12}";
const referral = "/[A-Za-z0-9._+:/-]*@[A-Za-z0-9.+:/@-]+";

/** Options with a value, and the form of the value. */
const valued: Readonly<Record<string, RegExp>> = {
  mountpoint: new RegExp(`^(${path})?$`),
  mp: new RegExp(`^(${path})?$`),
  fsid: new RegExp(`^(root|${number}|${uuid})$`),
  refer: new RegExp(`^${referral}$`),
  replicas: new RegExp(`^${referral}$`),
  anonuid: new RegExp(`^(-2|${number})$`),
  anongid: new RegExp(`^(-2|${number})$`),
  sec: new RegExp(`^${flavours}(:${flavours})*$`),
  xprtsec: /^(none|tls|mtls)(:(none|tls|mtls))*$/,
};

/** @returns the problems of a list of options, as phrases such as `has rw twice` */
export function exportOptionProblems(options: readonly string[]): string[] {
  return [...options.flatMap(optionProblem), ...contradictions(options)];
}

function optionProblem(option: string): string[] {
  if (choices.flat().includes(option) || flags.includes(option)) return [];
  const { name, value } = split(option);
  const form = own(valued, name);
  if (form === undefined) return [`has ${JSON.stringify(option.slice(0, 80))}, which is no option of exports(5)`];
  if (form.test(value ?? "")) return [];
  return [`has ${JSON.stringify(option.slice(0, 80))}, whose value exports(5) does not allow`];
}

function contradictions(options: readonly string[]): string[] {
  const names = options.map((option) => split(option).name);
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  const opposed = choices
    .map((words) => words.filter((word) => names.includes(word)))
    .filter(({ length }) => length > 1);
  return [
    ...repeated.map((name) => `has ${name} twice`),
    ...opposed.map((words) => `has ${words.join(" and ")}, which contradict each other`),
  ];
}

/** Options as they are written to the file: exportfs warns when the subtree check is not stated, and sync is always stated. */
export function statedOptions(options: readonly string[]): string[] {
  const stated = (...words: string[]) => options.some((option) => words.includes(option));
  return [
    ...options,
    ...(stated("sync", "async") ? [] : ["sync"]),
    ...(stated("subtree_check", "no_subtree_check") ? [] : ["no_subtree_check"]),
  ];
}

/** Options as one would write them: without those that count anyway; whether it may be written to stays. */
export const withoutDefaults = (shown: readonly string[]): string[] => {
  const defaults: string[] = shownChoices.map(([first]) => first).filter((word) => word !== "ro");
  return shown.filter((option) => ![...defaults, "sec=sys"].includes(option));
};

/** @returns how the options that `exportfs -s` shows differ from the wanted ones, e.g. `rw instead of ro` */
export function exportOptionDifferences(shown: readonly string[], wanted: readonly string[]): string[] {
  const [is, should] = [effects(shown), effects(statedOptions(wanted))];
  return Object.keys(should)
    .filter((what) => is[what] !== should[what])
    .map((what) => `${is[what]} instead of ${should[what]}`);
}

function effects(options: readonly string[]): Record<string, string> {
  const given = (name: string) => options.map(split).find((option) => option.name === name)?.value;
  const chosen = shownChoices.map((words) => [words[0], words.find((word) => options.includes(word)) ?? words[0]]);
  const fsid = given("fsid");
  return {
    ...Object.fromEntries(chosen),
    crossmnt: options.includes("crossmnt") ? "crossmnt" : "no crossmnt",
    fsid: fsid === undefined ? "no fsid" : `fsid=${fsid === "root" ? "0" : fsid}`,
    anonuid: `anonuid=${squashId(given("anonuid"))}`,
    anongid: `anongid=${squashId(given("anongid"))}`,
    sec: `sec=${given("sec") ?? "sys"}`,
  };
}

/** exportfs shows neither the default nor its older spelling. */
const squashId = (value: string | undefined) => (value === undefined || value === "-2" ? "65534" : value);

function split(option: string): { name: string; value?: string } {
  const [, name = option, value] = /^([^=]*)=(.*)$/s.exec(option) ?? [];
  return value === undefined ? { name } : { name, value };
}
