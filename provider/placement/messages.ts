/** A driver's part of messages, and the commands that an operator types on its hosts. */
export interface DriverMessages {
  /** The thing that is left on a host where the guest is not, e.g. `definition`. */
  leftover: string;
  /** The act that removes it, e.g. `undefines the leftover`. */
  undefines: string;
  /** Continues `starts web on hv-a` for a guest without a definition. */
  transient: string;
  /** Continues `runs on hv-a, and` for a QEMU that was started by other means. */
  unknownQemu: string;
  /** Continues `hv-b is up, but`: what says nothing there. */
  silent: string;
  /** The remedy, as a sentence. */
  wake: string;
  /** Commands, typed on the host. */
  destroy(uuid: string): string;
  suspend(uuid: string): string;
  resume(uuid: string): string;
  /** Shows what is on a host where it does not run. */
  show(uuid: string): string;
  undefine(uuid: string): string;
  /** Commands for a saved memory image, where the driver has such a thing. */
  savedMemory?(uuid: string): string;
  /** Commands for snapshots and checkpoints, where the driver has such things. */
  snapshots?(uuid: string): string;
  checkpoints?(uuid: string): string;
  /** Commands that give it another name. */
  rename?(from: string, to: string): string;
}
