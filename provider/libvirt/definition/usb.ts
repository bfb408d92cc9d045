/** Pure: the devices that need a USB controller. @see https://libvirt.org/formatdomain.html#controllers */
import { attributeAt, type Element } from "./xml";

export function isOnUsb(device: Element): boolean {
  const { type, model, bus } = device.attributes;
  if (attributeAt(device, "type", "address") === "usb") return true;
  switch (device.name) {
    case "controller":
      return (type === "usb" && model !== "none") || type === "ccid";
    case "input":
      // libvirt puts a tablet without a bus on USB, and a mouse or a keyboard on PS/2.
      return bus === "usb" || (bus === undefined && type === "tablet");
    case "hub":
    case "smartcard":
    case "redirfilter":
      return true;
    case "redirdev":
      return bus === undefined || bus === "usb";
    case "sound":
      return model === "usb";
    case "disk":
      return attributeAt(device, "bus", "target") === "usb";
    case "hostdev":
      return type === "usb";
    case "interface":
      return attributeAt(device, "type", "model") === "usb-net";
    case "serial":
      return ["usb-serial", "usb"].includes(attributeAt(device, "type", "target") ?? "");
    case "filesystem":
      return attributeAt(device, "type", "driver") === "mtp";
    default:
      return false;
  }
}
