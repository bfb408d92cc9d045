/**
 * Pure: a resource's names under the two shells. Identities and owners on hosts are made of the name that the dynamic
 * provider has for it, so that a stack changes over without another guest.
 */
const [plugin, dynamic] = ["kvm:index:", "pulumi-nodejs:dynamic/kvm:"];

/** The types in a URN come after the project, and a `$` stands between those of a parent and a child. */
const renamed = (urn: string, from: string, to: string): string =>
  urn
    .split("::")
    .map((part, index) => (index === 2 ? part.split("$").map((type) => withPrefix(type, from, to)) : [part]).join("$"))
    .join("::");

const withPrefix = (type: string, from: string, to: string) =>
  type.startsWith(from) ? `${to}${type.slice(from.length)}` : type;

/** As the dynamic provider has it. */
export const dynamicUrn = (urn: string): string => renamed(urn, plugin, dynamic);

/** As `pulumi-resource-kvm` has it. */
export const pluginUrn = (urn: string): string => renamed(urn, dynamic, plugin);

/** `NfsMount` of `…::kvm:index:NfsMount::images`. */
export const typeIn = (urn: string): string => (urn.split("::")[2] ?? "").split(/[:$]/).at(-1) ?? "";

/** What the program calls the resource. */
export const nameIn = (urn: string): string => urn.split("::").slice(3).join("::");

/** `NfsMount` of `kvm:index:NfsMount`; undefined for what is not of this provider. */
export const ownTypeOf = (type: string): string | undefined =>
  [plugin, dynamic].flatMap((prefix) => (type.startsWith(prefix) ? [type.slice(prefix.length)] : []))[0];
