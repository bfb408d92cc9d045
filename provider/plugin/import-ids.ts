/** Pure: ids that a person writes for `pulumi import`: what it is, and the hosts to look for it on. */

interface Form {
  example: string;
  /** Noun for the part before the @; none where hosts are all that is written. */
  what?: string;
  /** How many hosts stand after it. */
  hosts: "one" | "some" | "several";
}

/** The form of each type that can be imported. */
const forms = {
  Domain: { example: "web@hv-a,hv-b", what: "the guest's name or UUID", hosts: "some" },
  DomainPlacement: { example: "web@hv-a,hv-b", what: "the guest's name or UUID", hosts: "some" },
  Host: { example: "admin@hv-a", what: "a user", hosts: "one" },
  LibvirtSshAccess: { example: "hv-a,hv-b", hosts: "several" },
  LibvirtTlsPki: { example: "hv-a@hv-a,hv-b", what: "the host with the authority", hosts: "some" },
  MigrationFirewall: { example: "hv-a,hv-b", hosts: "several" },
  NfsExport: { example: "/srv/vm@nas", what: "the path of the directory", hosts: "one" },
  NfsMount: { example: "/srv/vm@hv-a", what: "the path of the mount point", hosts: "one" },
} as const satisfies Record<string, Form>;

export type Importable = keyof typeof forms;

export const isImportable = (type: string): type is Importable => Object.hasOwn(forms, type);

export const exampleOf = (type: Importable): string => forms[type].example;

/** Each a sentence for why there is no import. */
const others: Readonly<Record<string, string>> = {
  CpuBaseline: "It owns nothing on hosts",
  PlacementPolicy: "It owns nothing on hosts",
  LibvirtTlsRequests:
    "Its keys stay on their hosts: a program of the same stack finds them there, one of another stack takes them over with `adopt: true`",
  QemuGuest: "A program takes it over with its `uuid`, its command line and `adopt: true`",
};

export const cannotBeImported = (type: string): string =>
  `A ${type} cannot be imported. ${others[type] ?? "This version knows no such resource"}: write it in the program, and run \`pulumi up\`.`;

export interface ImportId {
  /** Name or UUID of a guest, path of an export or a mount, or the host with the authority; empty where hosts are all. */
  what: string;
  /** As ssh takes them. */
  hosts: readonly string[];
}

const numbers: Readonly<Record<Form["hosts"], string>> = {
  one: "the host that it is on",
  some: "its hosts, with commas between",
  several: "all of its hosts, two or more, with commas between",
};

/** How it is written, as a sentence. */
export function formOf(type: Importable): string {
  const { example, what, hosts }: Form = forms[type];
  return `It is written as ${example}: ${what === undefined ? "" : `${what}, @, and `}${numbers[hosts]}.`;
}

/** @throws Error that says what is wrong with it, and how it is written */
export function parseId(type: Importable, id: string): ImportId {
  const { what: before, hosts: wanted }: Form = forms[type];
  const at = before === undefined ? -1 : id.lastIndexOf("@");
  const [what, hosts] = [id.slice(0, Math.max(at, 0)), id.slice(at + 1).split(",")];
  const problem = [
    before !== undefined && at < 0 && "it has no @",
    before !== undefined && at === 0 && `nothing stands before its @, and ${before} should`,
    hosts.includes("") && "it has an empty name of a host",
    wanted === "one" && hosts.length > 1 && `it names ${hosts.length} hosts, and one is wanted`,
    wanted === "several" && hosts.length < 2 && "it names one host, and two are the least",
  ].find(Boolean);
  if (problem) throw new Error(`${JSON.stringify(id)} is no id of a ${type}: ${problem}. ${formOf(type)}`);
  return { what, hosts };
}
