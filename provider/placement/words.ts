/** How a user is told of what runs guests, and what an operator types. */
export interface Words {
  /** What is on a host where the guest is not: `definition`. */
  remains: string;
  /** What is done with that: `undefines the leftover`. */
  undefines: string;
  /** What follows `starts web on hv-a` when it has no definition there. */
  transient: string;
  /** Of a QEMU that was started by other means, as what follows `runs on hv-a, and`. */
  stranger: string;
  /** Commands, typed on the host. */
  destroy(uuid: string): string;
  suspend(uuid: string): string;
  resume(uuid: string): string;
  /** Shows what is on a host where it does not run. */
  show(uuid: string): string;
  undefine(uuid: string): string;
  /** What can be done with a saved memory image, where there is such a thing. */
  savedMemory(uuid: string): string;
}
