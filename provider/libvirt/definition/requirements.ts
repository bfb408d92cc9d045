/** Pure: what a definition needs of a host, read out of the XML. */
import { posix } from "node:path";
import type { Requirement } from "../../placement/preflight/host-requirements";
import { type Element, elementsAt, isElement, parseXml, textAt } from "./xml";

/** Pure. Only what is a plain file, folder or bridge: the rest is for libvirt to judge. */
export function requirementsOf(definition: string): Requirement[] {
  const domain = parseXml(definition);
  const devices = elementsAt(domain, "devices").flatMap(({ children }) => children.filter(isElement));
  const emulator = textAt(domain, "devices", "emulator");
  const needs = devices.flatMap(needsOf);
  const all: Requirement[] = emulator === undefined ? needs : [{ kind: "emulator", what: emulator }, ...needs];
  return [...new Map(all.map((need) => [`${need.kind} ${need.what}`, need])).values()];
}

function needsOf(device: Element): Requirement[] {
  const source = elementsAt(device, "source")[0]?.attributes ?? {};
  if (device.name === "disk" && source.file) return [{ kind: "image", what: source.file }];
  if (device.name === "disk" && source.dev) return [{ kind: "image", what: source.dev }];
  if (device.name === "interface" && source.bridge) return [{ kind: "bridge", what: source.bridge }];
  const writes =
    ["serial", "console", "parallel", "channel"].includes(device.name) && device.attributes.type === "file";
  return writes && source.path ? [{ kind: "folder", what: posix.dirname(source.path) }] : [];
}
