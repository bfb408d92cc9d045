/**
 * Pure: passwords of a definition's graphics. `virsh dumpxml` shows five asterisks in their place unless it is asked for
 * what is secret, which nobody here does.
 *
 * @see https://libvirt.org/formatdomain.html#graphical-framebuffers
 */
import { type Element, elementsAt, isElement } from "./xml";

const hidden = "*****";

/** Graphics whose password is not shown. */
export const hiddenPasswords = (domain: Element): Element[] =>
  elementsAt(domain, "devices", "graphics").filter(({ attributes }) => attributes.passwd === hidden);

/** The same definition as `virsh dumpxml` shows it. */
export function withHiddenPasswords(element: Element): Element {
  const { name, attributes, children } = element;
  const isSecret = name === "graphics" && attributes.passwd !== undefined;
  return {
    ...element,
    ...(isSecret && { attributes: { ...attributes, passwd: hidden } }),
    children: children.map((child) => (isElement(child) ? withHiddenPasswords(child) : child)),
  };
}
