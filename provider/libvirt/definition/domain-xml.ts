/**
 * Pure: a domain's definition, from what users have (often the output of `virsh dumpxml` of a running guest) to what is
 * kept and given to libvirt.
 *
 * @see https://libvirt.org/formatdomain.html
 */
import { digest, stableMac, uuidForm, uuidFrom } from "../../util/identity";
import { type Owner, parseOwner, printOwner } from "../../util/owner";
import { withoutBlockingDevices } from "./blocking-devices";
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
  return [
    name === undefined && "must have a <name>",
    name !== undefined && !isDomainName(name) && `has the name ${JSON.stringify(name).slice(0, 60)}: ${nameRule}`,
    uuid !== undefined &&
      !uuidForm.test(uuid.toLowerCase()) &&
      `has the UUID ${JSON.stringify(uuid).slice(0, 60)}, which is none`,
    !domain.attributes.type && "must have a type, as in <domain type='kvm'>",
    elementsAt(domain, "devices").length > 1 && "must have exactly one <devices>",
  ].filter((problem) => problem !== false);
}

const nameRule =
  "it must have 1 to 200 characters, without / and control characters, and must not begin with a space, dot or hyphen";

/** The name becomes part of file names on the hosts (log, monitor socket). */
const isDomainName = (name: string) => /^[^\s./-][^/\p{Cc}]{0,199}$/u.test(name);

export interface CanonicalDefinition {
  uuid: string;
  name: string;
  /** Always the same text for the same definition. */
  definition: string;
}

/**
 * The definition without what only a running guest has, without blocking devices if so wished, and with a UUID.
 *
 * @param domain one that {@link definitionProblems} finds nothing in
 * @param uuidSeed what a UUID is made of when the definition has none, the same each time
 */
export function canonicalDefinition(domain: Element, uuidSeed: string, strip: boolean): CanonicalDefinition {
  const uuid = textAt(domain, "uuid")?.toLowerCase() ?? uuidFrom(markNamespace, uuidSeed);
  const lean = withoutRuntime(strip ? withoutBlockingDevices(domain) : domain);
  const rest = lean.children.filter((child) => !(isElement(child) && ["name", "uuid"].includes(child.name)));
  const name = textAt(domain, "name") ?? "";
  const children = [leaf("name", name), leaf("uuid", uuid), ...rest].map((child) =>
    isElement(child) && child.name === "devices" ? withMacAddresses(child, uuid) : child,
  );
  return { uuid, name, definition: printXml({ ...lean, children }) };
}

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

/** Undefined when it is not marked. */
export function markOf(domain: Element): DomainMark | undefined {
  const marks = elementsAt(domain, "metadata").flatMap(({ children }) => children.filter(isElement));
  const mark = marks.find(({ attributes }) => Object.values(attributes).includes(markNamespace));
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

/** Traces of one run of the guest in the output of `virsh dumpxml`; libvirt makes them anew at each start. */
function withoutRuntime(domain: Element): Element {
  const { id: _, ...attributes } = domain.attributes;
  return {
    ...domain,
    attributes,
    children: domain.children.map((child) => (isElement(child) ? cleaned(child) : child)),
  };
}

function cleaned(element: Element): Element {
  const children = element.children
    .filter((child) => !(isElement(child) && isRuntime(child)))
    .map((child) => (isElement(child) ? cleaned(child) : child));
  if (element.name === "graphics" && element.attributes.autoport === "yes") {
    const { port: _, ...attributes } = element.attributes;
    return { ...element, attributes, children };
  }
  if (element.attributes.type === "pty") {
    const { tty: _, ...attributes } = element.attributes;
    return {
      ...element,
      attributes,
      children: children.filter((child) => !(isElement(child) && child.name === "source")),
    };
  }
  return { ...element, children };
}

/** Names that users give to devices begin with `ua-`. */
const isRuntime = ({ name, attributes }: Element) =>
  (name === "alias" && !attributes.name?.startsWith("ua-")) ||
  (name === "target" && /^(vnet|macvtap|macvlan)\d+$/.test(attributes.dev ?? ""));

const leaf = (name: string, text: string): Element => ({ name, attributes: {}, children: [text] });
