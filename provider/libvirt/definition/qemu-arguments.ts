/**
 * Pure: the arguments that a definition adds to QEMU's command line; libvirt hands them on as they are.
 *
 * @see https://libvirt.org/kbase/qemu-passthrough-security.html
 */
import { type Element, elementsAt, elementsIn } from "./xml";

const qemuNamespace = "http://libvirt.org/schemas/domain/qemu/1.0";

export const commandLineArguments = (domain: Element): Element[] =>
  elementsIn(domain).flatMap((element) => {
    const [prefix, name] = element.name.split(":");
    const declared = { ...domain.attributes, ...element.attributes }[`xmlns:${prefix}`];
    if (name !== "commandline" || declared !== qemuNamespace) return [];
    return elementsAt(element, `${prefix}:arg`).filter(({ attributes }) => attributes.value !== undefined);
  });
