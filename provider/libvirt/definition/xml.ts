/** Pure, and the one door to saxes: XML as a small tree, in document order, and back. */

import { SaxesParser, type SaxesTagPlain } from "saxes";
import { oneLine } from "../../util/printable";

export interface Element {
  name: string;
  attributes: Record<string, string>;
  /** Texts as they are, white space included; between elements the white space of the layout is left out. */
  children: (Element | string)[];
  /** Line of the text on which its tag ends, counted from 1. */
  line?: number;
}

export class MalformedXml extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "MalformedXml";
  }
}

/** libxml2's own limit, and so libvirt's. */
const maximumDepth = 256;

/** Like {@link parseXml}, with what is wrong as a value. */
export function elementOrMalformed(text: string): Element | MalformedXml {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof MalformedXml) return error;
    throw error;
  }
}

/** @throws MalformedXml with the line */
export function parseXml(text: string): Element {
  const parser = new SaxesParser();
  const open: Element[] = [];
  let root: Element | undefined;
  const refuse = (reason: string): never => {
    throw new MalformedXml(`line ${parser.line}: ${reason}`);
  };
  parser.on("error", ({ message }) => {
    const reason = oneLine(message.replace(/^\d+:\d+: |\.$/g, ""), 200);
    refuse(hasBareAmpersand(text) ? `${reason}; write a literal & as &amp;` : reason);
  });
  // Entities of one's own can make a few lines grow to gigabytes, or name a file; libvirt has no use for them.
  parser.on("doctype", () => refuse("it must not have a DOCTYPE or define entities"));
  parser.on("opentag", ({ name, attributes }: SaxesTagPlain) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], line: parser.line };
    open.at(-1)?.children.push(element);
    root ??= element;
    if (open.push(element) > maximumDepth) refuse(`elements are nested more than ${maximumDepth} deep`);
  });
  const add = (characters: string) => {
    const children = open.at(-1)?.children;
    const last = children?.at(-1);
    if (typeof last === "string") children?.splice(-1, 1, last + characters);
    else children?.push(characters);
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element) element.children = element.children.filter((child) => isElement(child) || child.trim() !== "");
  });
  parser.write(text.replace(/^\uFEFF/, "")).close();
  return root ?? refuse("it must have exactly one outermost element");
}

/** Beside comments and CDATA, where it may stand; each ends before the next begins, so this is linear. */
function hasBareAmpersand(text: string): boolean {
  const plain = text
    .split(/<!--|<!\[CDATA\[/)
    .map((part, index) => (index === 0 ? part : (part.split(/-->|\]\]>/)[1] ?? "")));
  return plain.some((part) => /&(?!(lt|gt|amp|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(part));
}

/** One element a line, indented; the same tree is always the same text. */
export const printXml = (root: Element): string => `${printed(root, "")}\n`;

function printed({ name, attributes, children }: Element, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value, /[&<>"'\t\r\n]/g)}"`);
  const start = `${indent}<${name}${pairs.join("")}`;
  if (children.length === 0) return `${start}/>`;
  // Beside text white space is text, too.
  if (children.some((child) => !isElement(child)))
    return `${start}>${children.map((child) => (isElement(child) ? printed(child, "") : escaped(child, /[&<>"'\r]/g))).join("")}</${name}>`;
  return [
    `${start}>`,
    ...children.map((child) => printed(child as Element, `${indent}  `)),
    `${indent}</${name}>`,
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

const escaped = (text: string, special: RegExp) =>
  text.replace(special, (one) => `&${entities[one] ?? `#${one.charCodeAt(0)}`};`);

export const isElement = (child: Element | string): child is Element => typeof child !== "string";

export const elementsIn = (parent: Element): Element[] => parent.children.filter(isElement);

/** Elements at a path of names, e.g. `devices`, `disk`. */
export function elementsAt(root: Element, ...path: string[]): Element[] {
  const [name, ...rest] = path;
  const found = elementsIn(root).filter((child) => child.name === name);
  return rest.length === 0 ? found : found.flatMap((child) => elementsAt(child, ...rest));
}

/** The first element at a path. */
export const elementAt = (root: Element, ...path: string[]): Element | undefined => elementsAt(root, ...path)[0];

export const textOf = ({ children }: Element): string => children.filter((child) => typeof child === "string").join("");

/** The text of the first element at a path. */
export function textAt(root: Element, ...path: string[]): string | undefined {
  const found = elementAt(root, ...path);
  return found && textOf(found);
}

/** An attribute of the first element at a path. */
export const attributeAt = (root: Element, attribute: string, ...path: string[]): string | undefined =>
  elementAt(root, ...path)?.attributes[attribute];
