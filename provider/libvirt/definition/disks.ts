/** Pure: the disks of a definition. @see https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
import { type Element, elementsAt, parseXml } from "./xml";

export interface Disk {
  /** Its name as the guest's hardware has it, e.g. `vda`. */
  target: string;
  /** Path of its image, when it is a file. */
  file?: string;
  /** Format of the image. libvirt takes it for raw where the definition does not say. */
  format: string;
  /** The image that it is based on, where the definition says so. */
  backing?: { path: string; format: string };
}

export const disksOf = (definition: string): Disk[] =>
  elementsAt(parseXml(definition), "devices", "disk").map((disk) => {
    const file = fileOf(disk);
    const [backing] = elementsAt(disk, "backingStore");
    const below = backing && fileOf(backing);
    return {
      target: elementsAt(disk, "target")[0]?.attributes.dev ?? "",
      format: elementsAt(disk, "driver")[0]?.attributes.type ?? "raw",
      ...(file !== undefined && { file }),
      ...(backing !== undefined && below !== undefined && { backing: { path: below, format: formatOf(backing) } }),
    };
  });

const fileOf = (disk: Element) => elementsAt(disk, "source")[0]?.attributes.file;
const formatOf = (backing: Element) => elementsAt(backing, "format")[0]?.attributes.type ?? "raw";
