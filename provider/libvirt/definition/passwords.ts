/**
 * Pure: passwords of a definition's graphics, which `virsh dumpxml` leaves out unless it is asked for what is secret.
 *
 * @see https://libvirt.org/formatdomain.html#graphical-framebuffers
 */
import { type Element, isElement } from "./xml";

const secretAttributes = ["passwd", "passwdValidTo", "connected"];

/** The same definition as `virsh dumpxml` shows it. */
export function withoutPasswords(element: Element): Element {
  const { name, attributes, children } = element;
  const shown = Object.entries(attributes).filter(([key]) => name !== "graphics" || !secretAttributes.includes(key));
  return {
    ...element,
    attributes: Object.fromEntries(shown),
    children: children.map((child) => (isElement(child) ? withoutPasswords(child) : child)),
  };
}

/** What stands for a password in a definition that a program completes. */
const passwordPlaceholder = "*****";

/** @param hasPassword of each graphics, in their order */
export function withPlaceholders(domain: Element, hasPassword: readonly boolean[]): Element {
  let index = 0;
  const completed = (device: Element): Element =>
    device.name === "graphics" && hasPassword[index++]
      ? { ...device, attributes: { ...device.attributes, passwd: passwordPlaceholder } }
      : device;
  return {
    ...domain,
    children: domain.children.map((child) =>
      isElement(child) && child.name === "devices"
        ? { ...child, children: child.children.map((device) => (isElement(device) ? completed(device) : device)) }
        : child,
    ),
  };
}
