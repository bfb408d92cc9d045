/** Pure: the libvirt definition of a lab guest. */

export interface GuestDomain {
  /** Lower-case letters, digits and hyphens. */
  name: string;
  /** Where its qcow2 image and its serial log lie on the hosts. */
  folder: string;
  /** Where its serial log lies, if not beside its image. */
  logFolder?: string;
  /** Below about 200: a page of a UML host is a mapping of this machine, and QEMU dies where vm.max_map_count is reached. */
  memoryMiB: number;
  /** Its image is a raw one that QEMU takes no lock on: nothing but the provider keeps it from running twice. */
  unlocked?: boolean;
}

export const imagePath = ({ folder, name }: GuestDomain) => `${folder}/${name}.qcow2`;
export const serialLogPath = ({ folder, logFolder = folder, name }: GuestDomain) => `${logFolder}/${name}.log`;

/** @see https://libvirt.org/formatdomain.html */
export function domainXml(guest: GuestDomain): string {
  const [format, shareable] = guest.unlocked ? ["raw", "\n      <shareable/>"] : ["qcow2", ""];
  return `<domain type="qemu">
  <name>${guest.name}</name>
  <memory unit="MiB">${guest.memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os><type arch="x86_64" machine="pc-i440fx-7.2">hvm</type></os>
  <features><acpi/></features>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="${format}" cache="none"/>
      <source file="${imagePath(guest)}"/>
      <target dev="vda" bus="virtio"/>${shareable}
    </disk>
    <controller type="usb" model="none"/>
    <serial type="file"><source path="${serialLogPath(guest)}" append="on"/></serial>
    <memballoon model="none"/>
  </devices>
</domain>
`;
}
