/**
 * Pure: devices of a definition that stand in the way of a live migration, because they belong to one host.
 *
 * @see https://libvirt.org/formatdomain.html#devices
 */
import { type Element, elementsAt, isElement } from "./xml";

export interface BlockingDevice {
  element: Element;
  /** The device in words, e.g. `cdrom hdc`. */
  what: string;
}

export function blockingDevices(domain: Element): BlockingDevice[] {
  const devices = elementsAt(domain, "devices").flatMap(({ children }) => children.filter(isElement));
  return devices.flatMap((element) => {
    const what = describe(element);
    return what === undefined ? [] : [{ element, what }];
  });
}

function describe(device: Element): string | undefined {
  const { type, device: role, bus, mode, model } = device.attributes;
  const [target] = elementsAt(device, "target");
  const [mac] = elementsAt(device, "mac");
  switch (device.name) {
    case "disk":
      return role === "cdrom" || role === "floppy" ? `${role} ${target?.attributes.dev ?? ""}`.trim() : undefined;
    case "controller":
      return type === "usb" && model !== "none" ? `USB controller ${device.attributes.index ?? "0"}` : undefined;
    case "input":
      return bus === "usb" ? `USB ${type ?? "input"}` : undefined;
    case "hub":
    case "redirdev":
    case "smartcard":
      return `${device.name === "redirdev" ? "redirected USB device" : `USB ${device.name}`}`;
    case "hostdev":
      return `host device (${[mode, type].filter(Boolean).join(" ")})`;
    case "interface":
      return type === "hostdev" ? `host device (interface ${mac?.attributes.address ?? ""})` : undefined;
    default:
      return undefined;
  }
}

/** The definition without them. libvirt adds a USB controller of its own unless it is told that there is none. */
export function withoutBlockingDevices(domain: Element): Element {
  const blocking = new Set(blockingDevices(domain).map(({ element }) => element));
  const removesUsb = [...blocking].some(({ name, attributes }) => name === "controller" && attributes.type === "usb");
  const noUsb: Element = { name: "controller", attributes: { type: "usb", model: "none" }, children: [] };
  const strip = (devices: Element): Element => ({
    ...devices,
    children: [
      ...devices.children.filter((child) => !(isElement(child) && blocking.has(child))),
      ...(removesUsb ? [noUsb] : []),
    ],
  });
  const children = domain.children.map((child) =>
    isElement(child) && child.name === "devices" ? strip(child) : child,
  );
  return { ...domain, children };
}
