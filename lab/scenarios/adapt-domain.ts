/** Pure: the domain of examples/live-migration, changed only where the lab's hosts force it. */

/** Where the lab keeps the guest's image and its serial log. */
export const imageFolder = "/srv/vm";
export const exampleGuest = { name: "ubuntu-14.04", folder: imageFolder, memoryMiB: 64 };
export const exampleBridge = "ubuntu_br";

/** Each with its reason. */
const changes: readonly [pattern: RegExp, replacement: string][] = [
  [/type='kvm'/, "type='qemu'"], // User-Mode Linux has no KVM
  [/2097152/g, String(exampleGuest.memoryMiB * 1024)], // three hosts share this machine's memory
  [/pc-i440fx-trusty/, "pc-i440fx-7.2"], // Ubuntu's own machine type; Debian's QEMU does not have it
  [/\/usr\/bin\/kvm-spice/, "/usr/bin/qemu-system-x86_64"],
  [/\/home\/cliu8\/migrate\/ubuntu-14\.04\.img/, `${imageFolder}/ubuntu-14.04.qcow2`],
  [
    /<serial type='pty'>\s*<source path='[^']*'\/>/, // the guest's counter is read there
    `<serial type='file'>\n      <source path='${imageFolder}/ubuntu-14.04.log' append='on'/>`,
  ],
  [/ {4}<console type='pty'.*?<\/console>\n/s, ""], // it is another name of the first serial port
];

/** @throws Error when a change finds nothing to change */
export function adaptToLab(xml: string): string {
  return changes.reduce((text, [pattern, replacement]) => {
    if (text.search(pattern) < 0) throw new Error(`The example's XML has nothing like ${pattern}.`);
    return text.replace(pattern, replacement);
  }, xml);
}
