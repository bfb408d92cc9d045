/** What a host has said of itself and of all its guests. */
import type { HostGuests } from "../../libvirt/guests-on";
import type { JournalEntry } from "../../placement/lock/read-journals";
import type { Job } from "../../placement/migration/job";
import type { HostAnswer } from "../../placement/observe/observation";

export interface Inventory extends HostGuests {
  /** Of this start of its kernel: two names with the same one are one machine. */
  bootId: string;
  moves: ReadonlyMap<string, JournalEntry>;
}

export interface HostNow extends Inventory {
  /** What it says of each guest that is on any of the hosts, by UUID. */
  answers: ReadonlyMap<string, HostAnswer>;
  /** Of each guest that leaves it, by UUID. */
  jobs: ReadonlyMap<string, Job>;
}
