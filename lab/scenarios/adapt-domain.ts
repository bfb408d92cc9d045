/** Pure: the write-up's domain, changed only where the lab's hosts force it. */

/** Where the lab keeps the guest's image and its serial log. */
export const seedFolder = "/srv/vm";
export const seedGuest = { name: "ubuntu-14.04", folder: seedFolder, memoryMiB: 64 };
export const seedBridge = "ubuntu_br";

/** Each with what it is forced by. */
const changes: readonly [pattern: RegExp, replacement: string][] = [
  [/type='kvm'/, "type='qemu'"], // User-Mode Linux has no KVM
  [/2097152/g, String(seedGuest.memoryMiB * 1024)], // three hosts share this machine's memory
  [/pc-i440fx-trusty/, "pc-i440fx-7.2"], // Ubuntu's own machine type; Debian's QEMU does not have it
  [/\/usr\/bin\/kvm-spice/, "/usr/bin/qemu-system-x86_64"],
  [/\/home\/cliu8\/migrate\/ubuntu-14\.04\.img/, `${seedFolder}/ubuntu-14.04.qcow2`],
  [
    /<serial type='pty'>\s*<source path='[^']*'\/>/, // the guest's counter is read there
    `<serial type='file'>\n      <source path='${seedFolder}/ubuntu-14.04.log' append='on'/>`,
  ],
  [/ {4}<console type='pty'.*?<\/console>\n/s, ""], // it is another name of the first serial port
];

/** @throws Error when a change finds nothing to change */
export function adaptSeedDomain(xml: string): string {
  return changes.reduce((text, [pattern, replacement]) => {
    if (text.search(pattern) < 0) throw new Error(`The seed's XML has nothing like ${pattern}.`);
    return text.replace(pattern, replacement);
  }, xml);
}
