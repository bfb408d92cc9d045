/** Pure: the disks of a definition. @see https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
import type { Requirement } from "../../placement/preflight/host-requirements";
import { attributeAt, type Element, elementAt, elementsAt, parseXml } from "./xml";

export interface Disk {
  /** Its name as the guest's hardware has it, e.g. `vda`. */
  target: string;
  /** Path of its image, when it is a file. */
  file?: string;
  /** Format of the image. libvirt takes it for raw where the definition does not say. */
  format: string;
  /** The image that it is based on, where the definition says so. */
  backing?: { path: string; format: string };
  isReadonly: boolean;
  /** Several guests may write to it at the same time: none of them keeps another from it. */
  isShareable: boolean;
  /** Its images, all layers that the definition has, and what they need to be opened. */
  needs: Requirement[];
}

export const disksOf = (definition: string): Disk[] => disksIn(parseXml(definition));

export const disksIn = (domain: Element): Disk[] =>
  elementsAt(domain, "devices", "disk").map((disk) => {
    const file = attributeAt(disk, "file", "source");
    const backing = elementAt(disk, "backingStore");
    const below = backing && attributeAt(backing, "file", "source");
    return {
      target: attributeAt(disk, "dev", "target") ?? "",
      format: attributeAt(disk, "type", "driver") ?? "raw",
      isShareable: elementAt(disk, "shareable") !== undefined,
      isReadonly: elementAt(disk, "readonly") !== undefined || disk.attributes.device === "cdrom",
      needs: needsOfDisk(disk),
      ...(file !== undefined && { file }),
      ...(backing !== undefined && below !== undefined && { backing: { path: below, format: formatOf(backing) } }),
    };
  });

const formatOf = (backing: Element) => attributeAt(backing, "type", "format") ?? "raw";

function needsOfDisk(disk: Element): Requirement[] {
  const isRemovable = ["cdrom", "floppy"].includes(disk.attributes.device ?? "");
  const policy = attributeAt(disk, "startupPolicy", "source");
  // libvirt takes a medium out of the drive that is not there.
  if (isRemovable && (policy === "optional" || policy === "requisite")) return [];
  return layersOf(disk).flatMap((layer) => needsOfLayer(layer, isRemovable ? "medium" : "image"));
}

/** The disk itself, and each <backingStore> below it. */
export function layersOf(disk: Element): Element[] {
  const [backing] = elementsAt(disk, "backingStore");
  return backing === undefined ? [disk] : [disk, ...layersOf(backing)];
}

function needsOfLayer(layer: Element, kind: "image" | "medium"): Requirement[] {
  const [source] = elementsAt(layer, "source");
  const { file, dev, dir, pool, volume, socket } = source?.attributes ?? {};
  const secrets = [layer, ...(source ? [source] : [])].flatMap((parent) => [
    ...elementsAt(parent, "auth", "secret"),
    ...elementsAt(parent, "encryption", "secret"),
  ]);
  const dataFile = elementAt(layer, "source", "dataStore", "source")?.attributes;
  const needs: (Requirement | false)[] = [
    ...[file, dev, dataFile?.file, dataFile?.dev].map((what) => what !== undefined && what !== "" && { kind, what }),
    dir !== undefined && { kind: "folder", what: dir },
    pool !== undefined && volume !== undefined && { kind: "volume", what: `${pool}/${volume}` },
    layer.attributes.type === "vhostuser" &&
      source?.attributes.path !== undefined && { kind: "file", what: source.attributes.path },
    socket !== undefined && { kind: "file", what: socket },
    ...secrets.map(({ attributes: { uuid, usage } }): Requirement => ({ kind: "secret", what: uuid ?? usage ?? "" })),
  ];
  return needs.filter((one) => one !== false);
}
