/** Pure: the disks of a definition. @see https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
import { elementsAt, parseXml } from "./xml";

export interface Disk {
  /** Its name as the guest's hardware has it, e.g. `vda`. */
  target: string;
  /** Path of its image, when it is a file. */
  file?: string;
}

export const disksOf = (definition: string): Disk[] =>
  elementsAt(parseXml(definition), "devices", "disk").map((disk) => {
    const file = elementsAt(disk, "source")[0]?.attributes.file;
    return { target: elementsAt(disk, "target")[0]?.attributes.dev ?? "", ...(file !== undefined && { file }) };
  });
