/** Pure: ids that a person writes for `pulumi import`: what it is, and the hosts to look for it on. */

/** Types that can be imported, and an example of an id. */
export const examples = {
  Domain: "web@hv-a,hv-b",
  DomainPlacement: "web@hv-a,hv-b",
  Host: "admin@hv-a",
  LibvirtTlsPki: "hv-a@hv-a,hv-b",
  NfsExport: "/srv/vm@nas",
  NfsMount: "/srv/vm@hv-a",
} as const;

export type Importable = keyof typeof examples;

export const isImportable = (type: string): type is Importable => Object.hasOwn(examples, type);

/** Each a sentence for why there is no import. */
const others: Readonly<Record<string, string>> = {
  CpuBaseline: "It owns nothing on hosts",
  PlacementPolicy: "It owns nothing on hosts",
};

export const cannotBeImported = (type: string): string =>
  `A ${type} cannot be imported. ${others[type] ?? "What it has made is known by its name in the stack, so a program of the same stack and name finds it again"}: write it in the program, and run \`pulumi up\`.`;

export interface ImportId {
  /** Name or UUID of a guest, path of an export or a mount, or the host with the authority. */
  what: string;
  /** As ssh takes them. */
  hosts: readonly string[];
}

/** @throws Error that says how it is written */
export function parseId(type: Importable, id: string): ImportId {
  const at = id.lastIndexOf("@");
  const [what, hosts] = [id.slice(0, at), id.slice(at + 1).split(",")];
  const isOne = type === "NfsExport" || type === "NfsMount";
  if (at < 1 || hosts.some((host) => host === "") || (isOne && hosts.length > 1))
    throw new Error(
      `${JSON.stringify(id)} is no id of a ${type}. It is written as ${examples[type]}: ${whats[type]}, @, and ${isOne ? "the host that it is on" : "its hosts, with commas between"}.`,
    );
  return { what, hosts };
}

const whats: Record<Importable, string> = {
  Domain: "the guest's name or UUID",
  DomainPlacement: "the guest's name or UUID",
  Host: "a user",
  LibvirtTlsPki: "the host with the authority",
  NfsExport: "the path of the directory",
  NfsMount: "the path of the mount point",
};
