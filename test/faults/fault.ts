/** Faults, and the moments of a move at which they happen. */
import type { Scene } from "./scene";

export const moments = ["before prepare", "early copy", "late copy", "switchover", "after switchover"] as const;
export type Moment = (typeof moments)[number];
export type Side = "source" | "destination";

export interface Fault {
  name: string;
  /** Moments at which it is tried. */
  at: readonly Moment[];
  /** Moments at which it is impossible or would prove nothing, each with the reason. */
  leftOut?: Partial<Record<Moment, string>>;
  apply: (scene: Scene) => Promise<unknown>;
  /** Ends the fault, and returns when it is gone. */
  repair: (scene: Scene) => Promise<unknown>;
  /** The hypervisor that does not answer while the fault lasts. */
  unreachable?: Side;
  /** The hypervisor whose libvirt says nothing while the fault lasts, and which is up: fencing it must not be believed. */
  silent?: Side;
  /** The hypervisor whose libvirtd the fault stops by a signal: a moment that has done the same does not let it go on. */
  holds?: Side;
  /** No command reaches the host any more, so daemons that were stopped are resumed by the host itself. */
  cutsNetwork?: boolean;
  /**
   * The file server stops answering, so the guest's log is a local file on each hypervisor: NFS appends where a client
   * believes the end to be, and the destination's first bytes would land among the source's last ones.
   */
  localLog?: boolean;
  /** The guest's image has no lock: nothing but the provider keeps the guest from running twice. */
  unlocked?: boolean;
  /** Names of the two hypervisors. @default hv-a and hv-b */
  hosts?: { source: string; destination: string };
  /** Moments at which the fault itself ends the guest, each with the reason. */
  endsGuest?: Partial<Record<Moment, string>>;
}

export interface Cell {
  fault: Fault;
  moment: Moment;
}

export const cellName = ({ fault, moment }: { fault: { name: string }; moment: string }) => `${fault.name}/${moment}`;

/** The same reason for several moments. */
export const because = (reason: string, ...when: Moment[]): Partial<Record<Moment, string>> =>
  Object.fromEntries(when.map((moment) => [moment, reason]));
