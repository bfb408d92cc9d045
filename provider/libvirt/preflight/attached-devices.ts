/** Pure: the devices that a running guest has and its definition lacks, attached by hand or of an earlier definition. */
import { devicesOf, nameOf } from "../definition/devices";
import { attributeAt, type Element, elementAt, parseXml, printXml } from "../definition/xml";

export function attachedDevices(running: Element, definition: string): string[] {
  const defined = new Set(devicesOf(parseXml(definition)).map(keyOf));
  return devicesOf(running)
    .filter((device) => keyOf(device) !== undefined && !defined.has(keyOf(device)))
    .map(nameOf);
}

/** Of devices that are attached to running guests; libvirt adds others of its own to a definition. */
function keyOf(device: Element): string | undefined {
  switch (device.name) {
    case "disk":
      return `disk ${attributeAt(device, "dev", "target")}`;
    case "interface":
      return `interface ${attributeAt(device, "address", "mac")?.toLowerCase()}`;
    case "hostdev": {
      const source = elementAt(device, "source");
      return `hostdev ${source && printXml(source)}`;
    }
    default:
      return undefined;
  }
}
