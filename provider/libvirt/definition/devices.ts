/** Pure: the devices of a definition, and their names. @see https://libvirt.org/formatdomain.html#devices */
import { isOnUsb } from "./usb";
import { attributeAt, type Element, elementAt, elementsAt, elementsIn, textAt } from "./xml";

export const devicesOf = (domain: Element): Element[] => elementsAt(domain, "devices").flatMap(elementsIn);

/** A device in the words of its definition. */
export function nameOf(device: Element): string {
  const { type, device: role, mode, model, bus, index } = device.attributes;
  const target = elementAt(device, "target")?.attributes;
  const words = (...all: (string | undefined)[]) => all.filter(Boolean).join(" ");
  switch (device.name) {
    case "disk":
      return words(role ?? "disk", target?.dev);
    case "controller":
      return words(type === "usb" ? "USB" : type, "controller", index ?? "0");
    case "input":
      return words(bus === "usb" || isOnUsb(device) ? "USB" : bus, type ?? "input");
    case "hub":
      return "USB hub";
    case "redirdev":
      return "redirected USB device";
    case "redirfilter":
      return "filter of redirected USB devices";
    case "smartcard":
      return "USB smartcard";
    case "hostdev":
      return `host device (${words(mode, type)})`;
    case "interface":
      return words("interface", type, attributeAt(device, "address", "mac"));
    case "filesystem":
      return words(attributeAt(device, "type", "driver") === "virtiofs" ? "virtiofs" : "file system", target?.dir);
    case "shmem":
      return words("shmem", device.attributes.name);
    case "serial":
    case "channel":
      return words(device.name, type, target?.name ?? target?.type);
    case "tpm":
      return words("TPM", attributeAt(device, "type", "backend"));
    case "video":
      return words("video", attributeAt(device, "type", "model"));
    default:
      return words(device.name, model ?? type ?? textAt(device));
  }
}
