/**
 * Pure: a domain's definition, from what users have (often the output of `virsh dumpxml` of a running guest) to what is
 * kept and given to libvirt.
 *
 * @see https://libvirt.org/formatdomain.html
 */
import { digest, stableMac, uuidForm, uuidFrom } from "../../util/identity";
import { type Owner, parseOwner, printOwner } from "../../util/owner";
import { withoutLiveState } from "./live-state";
import { type Element, elementsAt, isElement, parseXml, printXml, textAt } from "./xml";

/**
 * Marks what is ours; libvirt carries it along to other hosts.
 *
 * @see https://libvirt.org/formatdomain.html#general-metadata
 */
const markNamespace = "urn:pulumi-kvm-live:domain";
const markName = "kvm-live:domain";

/** All that is wrong with a definition, as phrases that follow "its XML". @throws MalformedXml */
export function definitionProblems(domain: Element): string[] {
  if (domain.name !== "domain") return [`must have <domain> as its outermost element, not <${domain.name}>`];
  const name = textAt(domain, "name");
  const uuid = textAt(domain, "uuid");
  const { type } = domain.attributes;
  return [
    name === undefined && "must have a <name>",
    name !== undefined && !isDomainName(name) && `has the name ${JSON.stringify(name).slice(0, 60)}: ${nameRule}`,
    uuid !== undefined &&
      plainUuid(uuid) === undefined &&
      `has the UUID ${JSON.stringify(uuid).slice(0, 60)}, which is none`,
    !type && "must have a type, as in <domain type='kvm'>",
    type && !domainTypes.includes(type) && `has the type ${JSON.stringify(type).slice(0, 60)}: ${typeRule}`,
    elementsAt(domain, "devices").length > 1 && "must have exactly one <devices>",
  ].filter((problem): problem is string => Boolean(problem));
}

/** Those of libvirt's QEMU driver on Linux. */
const domainTypes = ["kvm", "qemu"];
const typeRule = "only guests of QEMU can be placed, which have the type kvm, or qemu without hardware virtualization";

const nameRule =
  "it must have 1 to 200 characters, without / and control characters, and must not begin with a space, dot or hyphen, nor end with a space";

/** As libvirt reads it: hyphens may be missing, white space may be around it. */
function plainUuid(text: string): string | undefined {
  const digits = text.trim().toLowerCase().replaceAll("-", "");
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return uuidForm.test(uuid) ? uuid : undefined;
}

/** The name becomes part of file names on the hosts (log, monitor socket). */
const isDomainName = (name: string) => /^(?!.*\s$)[^\s./-][^/\p{Cc}]{0,199}$/u.test(name);

export interface CanonicalDefinition {
  uuid: string;
  name: string;
  /** Always the same text for the same definition. */
  definition: string;
}

/**
 * The definition without what only a running guest has, and with what libvirt would choose anew each time: the UUID, MAC
 * addresses and the generation's identifier.
 *
 * @param domain one that {@link definitionProblems} finds nothing in
 * @param uuidSeed what a UUID is made of when the definition has none, the same each time
 */
export function canonicalDefinition(domain: Element, uuidSeed: string): CanonicalDefinition {
  const uuid = plainUuid(textAt(domain, "uuid") ?? "") ?? uuidFrom(markNamespace, uuidSeed);
  const lean = withoutMark(withoutLiveState(domain));
  const rest = lean.children.filter((child) => !(isElement(child) && ["name", "uuid"].includes(child.name)));
  const name = textAt(domain, "name") ?? "";
  const children = [leaf("name", name), leaf("uuid", uuid), ...rest].map((child) => {
    if (!isElement(child)) return child;
    if (child.name === "genid" && child.children.length === 0) return leaf("genid", uuidFrom(genidNamespace, uuid));
    return child.name === "devices" ? withMacAddresses(child, uuid) : child;
  });
  return { uuid, name, definition: printXml({ ...lean, children }) };
}

/** @see https://libvirt.org/formatdomain.html#general-metadata (genid) */
const genidNamespace = "urn:pulumi-kvm-live:genid";

export interface DomainMark {
  /** Digest of the definition that the domain was made of. */
  definition: string;
  owner: Owner | undefined;
}

/** The definition as it is given to libvirt: with the mark. */
export function markedDefinition(definition: string, owner: Owner | undefined): string {
  const domain = parseXml(definition);
  const mark = {
    name: markName,
    attributes: { "xmlns:kvm-live": markNamespace, ...markAttributes({ definition: digest(definition), owner }) },
    children: [],
  };
  const [metadata] = elementsAt(domain, "metadata");
  const marked = { name: "metadata", attributes: {}, children: [...(metadata?.children ?? []), mark] };
  const others = domain.children.filter((child) => child !== metadata);
  return printXml({ ...domain, children: [...others.slice(0, 2), marked, ...others.slice(2)] });
}

const markAttributes = ({ definition, owner }: DomainMark): Record<string, string> => ({
  definition,
  ...(owner && { owner: printOwner(owner) }),
});

/** Arguments of `virsh metadata` that write a domain's mark anew, which can be done while it runs. */
export const metadataArguments = (mark: DomainMark): string[] => {
  const element = printXml({ name: "domain", attributes: markAttributes(mark), children: [] });
  return [`--uri=${markNamespace}`, "--key=kvm-live", `--set=${element.trim()}`];
};

const isMark = (child: Element | string) => isElement(child) && Object.values(child.attributes).includes(markNamespace);

/** What a dump of a guest of ours has, and a definition is given each time. */
function withoutMark(domain: Element): Element {
  const children = domain.children.flatMap((child): Element["children"] => {
    if (!isElement(child) || child.name !== "metadata" || !child.children.some(isMark)) return [child];
    const rest = child.children.filter((one) => !isMark(one));
    return rest.length === 0 ? [] : [{ ...child, children: rest }];
  });
  return { ...domain, children };
}

/** Undefined when it is not marked. */
export function markOf(domain: Element): DomainMark | undefined {
  const mark = elementsAt(domain, "metadata")
    .flatMap(({ children }) => children.filter(isElement))
    .find(isMark);
  const { definition, owner } = mark?.attributes ?? {};
  return definition === undefined ? undefined : { definition, owner: parseOwner(owner) };
}

/** The output of `virsh dumpxml` without the owner: a domain that passes from one resource to another is the same. */
export function withoutOwner(xml: string): string {
  const start = xml.indexOf("<kvm-live:domain ");
  const end = xml.indexOf(">", start);
  if (start < 0 || end < 0) return xml;
  const mark = xml.slice(start, end).replace(/ owner=(?:"[^"]*"|'[^']*')/, "");
  return `${xml.slice(0, start)}${mark}${xml.slice(end)}`;
}

/** Where an interface has none, libvirt would make a new one at each definition. */
function withMacAddresses(devices: Element, uuid: string): Element {
  let index = 0;
  const children = devices.children.map((child) => {
    if (!isElement(child) || child.name !== "interface") return child;
    const address = stableMac(uuid, index++);
    if (elementsAt(child, "mac").length > 0) return child;
    const mac: Element = { name: "mac", attributes: { address }, children: [] };
    return { ...child, children: [mac, ...child.children] };
  });
  return { ...devices, children };
}

const leaf = (name: string, text: string): Element => ({ name, attributes: {}, children: [text] });
