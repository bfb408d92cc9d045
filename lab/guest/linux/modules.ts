/** Pure: which modules the guest loads, in which order. */

/** What the guest's devices need, and the power button; evdev is how programs see buttons. */
export const wantedModules: readonly string[] = [
  ..."virtio_pci virtio_blk virtio_net virtio_console".split(" "),
  ..."xhci-pci usbhid hid-generic button evdev".split(" "),
];

/**
 * @param dependencies text of a modules.dep: per line a module, and what it needs, where what is loaded first is last
 * @returns paths of the modules and of what they need, each after what it needs
 * @throws Error naming a module that is not there
 * @see https://man7.org/linux/man-pages/man5/modules.dep.5.html
 */
export function loadOrder(dependencies: string, names: readonly string[]): string[] {
  const lines = dependencies.split("\n").map((line) => line.split(/:? +|:$/).filter(Boolean));
  const order = names.flatMap((name) => {
    const line = lines.find(([path]) => path?.endsWith(`/${name}.ko`));
    if (!line) throw new Error(`The kernel has no module ${name}.`);
    return [...line].reverse();
  });
  return [...new Set(order)];
}
