/** Pure: a definition without some of its devices, such that libvirt takes it. */
import type { BlockingDevice } from "./blocking-devices";
import { attributeAt, type Element, elementsIn, isElement } from "./xml";

/** With what depends on them: without a USB controller, no device on USB. */
export function withoutDevices(domain: Element, devices: readonly BlockingDevice[]): Element {
  const gone = new Set(devices.flatMap(({ elements }) => elements));
  const leavesOutUsb = devices.some(({ kind }) => kind === "usb");
  const parts = domain.children.flatMap((child): Element["children"] => {
    if (!isElement(child)) return [child];
    if (child.name === "cpu" && gone.has(child)) return [migratable(pruned(child, gone))];
    if (gone.has(child)) return [];
    const rest = pruned(child, gone);
    return [child.name === "devices" ? withoutTraces(rest, child, leavesOutUsb) : rest];
  });
  return { ...domain, children: parts };
}

const pruned = (parent: Element, gone: ReadonlySet<Element>): Element => ({
  ...parent,
  children: parent.children
    .filter((child) => !(isElement(child) && gone.has(child)))
    .map((child) => (isElement(child) ? pruned(child, gone) : child)),
});

/** What libvirt would put back by itself. */
function withoutTraces(devices: Element, before: Element, leavesOutUsb: boolean): Element {
  const has = (all: Element, is: (device: Element) => boolean) => elementsIn(all).some(is);
  const isController = ({ name, attributes }: Element) => name === "controller" && attributes.type === "usb";
  const isSerial = ({ name }: Element) => name === "serial";
  // It adds a USB controller unless it is told that there is none.
  const lostUsb = leavesOutUsb && !has(devices, isController);
  const noUsb: Element = { name: "controller", attributes: { type: "usb", model: "none" }, children: [] };
  // And makes a serial port of a console that stands for one.
  const lostSerial = has(before, isSerial) && !has(devices, isSerial);
  const standsForSerial = (device: Element) =>
    device.name === "console" && (attributeAt(device, "type", "target") ?? "serial") === "serial";
  const kept = devices.children.filter((child) => !(lostSerial && isElement(child) && standsForSerial(child)));
  return { ...devices, children: [...kept, ...(lostUsb ? [noUsb] : [])] };
}

function migratable(cpu: Element): Element {
  const { migratable: _, ...attributes } = cpu.attributes;
  return { ...cpu, attributes };
}
