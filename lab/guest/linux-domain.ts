/** Pure: the libvirt definition of the lab's Linux guest, with the devices that servers have. */
import { type GuestDomain, imagePath, serialLogPath } from "./domain";

export interface LinuxDomain extends GuestDomain {
  /** A host's bridge that its network card is on. */
  bridge: string;
  /** With its prefix length, e.g. `10.79.0.50/24`. */
  address: string;
}

/** It boots without a boot loader, so its kernel lies beside its image. */
export const kernelPath = ({ folder, name }: GuestDomain) => `${folder}/${name}.vmlinux`;
export const initramfsPath = ({ folder, name }: GuestDomain) => `${folder}/${name}.cpio`;

/**
 * Debian 12's QEMU and Debian 13's both have this machine type. Of the PCIe ports, which a device is plugged into while
 * the guest runs, libvirt makes as many as the definition needs: the last one is the spare.
 *
 * @see https://libvirt.org/pci-hotplug.html
 */
export function linuxDomainXml(guest: LinuxDomain): string {
  return `<domain type="qemu">
  <name>${guest.name}</name>
  <memory unit="MiB">${guest.memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch="x86_64" machine="pc-q35-7.2">hvm</type>
    <kernel>${kernelPath(guest)}</kernel>
    <initrd>${initramfsPath(guest)}</initrd>
    <cmdline>quiet address=${guest.address}</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="qcow2" cache="none"/>
      <source file="${imagePath(guest)}"/>
      <target dev="vda" bus="virtio"/>
    </disk>
    <disk type="file" device="cdrom"><target dev="sda" bus="sata"/><readonly/></disk>
    <controller type="usb" model="qemu-xhci"/>
    <controller type="pci" index="6" model="pcie-root-port"/>
    <input type="tablet" bus="usb"/>
    <interface type="bridge"><source bridge="${guest.bridge}"/><model type="virtio"/></interface>
    <channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>
    <serial type="file"><source path="${serialLogPath(guest)}" append="on"/></serial>
    <memballoon model="none"/>
  </devices>
</domain>
`;
}
