/** What a user is told of whatever runs guests, and what an operator types there. */
export interface DriverMessages {
  /** What is on a host where the guest is not: `definition`. */
  leftover: string;
  /** What is done with that: `undefines the leftover`. */
  undefines: string;
  /** What follows `starts web on hv-a` when it has no definition there. */
  transient: string;
  /** A QEMU that was started by other means, as what follows `runs on hv-a, and`. */
  unknownQemu: string;
  /** Commands, typed on the host. */
  destroy(uuid: string): string;
  suspend(uuid: string): string;
  resume(uuid: string): string;
  /** Shows what is on a host where it does not run. */
  show(uuid: string): string;
  undefine(uuid: string): string;
  /** What can be done with a saved memory image, where there is such a thing. */
  savedMemory?(uuid: string): string;
}
