/** Pure, and the one door to fast-xml-parser: XML as a small tree, in document order, and back. */

import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
import { oneLine } from "../../util/printable";

export interface Element {
  name: string;
  attributes: Record<string, string>;
  /** Texts between elements hold no white space of the layout. */
  children: (Element | string)[];
}

export class MalformedXml extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "MalformedXml";
  }
}

const attributesKey = ":@";
const textKey = "#text";
const common = { preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: "" } as const;
const parser = new XMLParser({
  ...common,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true, // numeric references too
  ignoreDeclaration: true,
  ignorePiTags: true,
  trimValues: false,
});
const builder = new XMLBuilder({ ...common, format: true, indentBy: "  ", suppressEmptyNode: true });

/** @throws MalformedXml with the line */
export function parseXml(text: string): Element {
  // Entities of one's own can make a few lines grow to gigabytes, or name a file; libvirt has no use for them.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new MalformedXml("it must not have a DOCTYPE or define entities");
  const [entity] = /&(?!(lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);)[^;\s]{0,20};?/i.exec(text) ?? [];
  if (entity !== undefined) throw new MalformedXml(`${entity} is not an entity of XML; write a literal & as &amp;`);
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw new MalformedXml(`line ${verdict.err.line}: ${verdict.err.msg.replace(/\.$/, "")}`);
  const roots = parsed(text).map(toElement).filter(isElement);
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw new MalformedXml("it must have exactly one outermost element");
  return root;
}

/** Some names of elements are refused by the library. */
function parsed(text: string): Node[] {
  try {
    return parser.parse(text);
  } catch (error) {
    throw new MalformedXml(oneLine((error as Error).message, 200));
  }
}

/** One element a line, indented; the same tree is always the same text. */
export function printXml(root: Element): string {
  return `${builder.build([toNode(root)]).trim()}\n`;
}

export const isElement = (child: Element | string): child is Element => typeof child !== "string";

/** Elements at a path of names, e.g. `devices`, `disk`. */
export function elementsAt(root: Element, ...path: string[]): Element[] {
  const [name, ...rest] = path;
  const found = root.children.filter(isElement).filter((child) => child.name === name);
  return rest.length === 0 ? found : found.flatMap((child) => elementsAt(child, ...rest));
}

/** The text of the first element at a path. */
export function textAt(root: Element, ...path: string[]): string | undefined {
  const [found] = elementsAt(root, ...path);
  return found?.children.filter((child) => typeof child === "string").join("");
}

/** As the library has it: one key for the name, one for the attributes. */
type Node = Record<string, unknown>;

function toElement(node: Node): Element | string {
  const name = Object.keys(node).find((key) => key !== attributesKey) ?? "";
  if (name === textKey)
    return String(node[textKey])
      .replace(/^[ \t\r\n]+/, "")
      .trimEnd();
  return {
    name,
    attributes: { ...(node[attributesKey] as Record<string, string> | undefined) },
    children: (node[name] as Node[]).map(toElement).filter((child) => child !== ""),
  };
}

function toNode(child: Element | string): Node {
  if (typeof child === "string") return { [textKey]: child };
  const { name, attributes, children } = child;
  return { [name]: children.map(toNode), ...(Object.keys(attributes).length > 0 && { [attributesKey]: attributes }) };
}
