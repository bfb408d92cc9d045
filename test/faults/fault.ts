/** What a fault is, and when it can strike. */
import type { Scene } from "./scene";

export const moments = ["before prepare", "early copy", "late copy", "switchover", "after switchover"] as const;
export type Moment = (typeof moments)[number];
export type Side = "source" | "destination";

export interface Fault {
  name: string;
  /** Moments at which it is tried. */
  at: readonly Moment[];
  /** Moments at which it cannot exist or would show nothing, each with the reason. */
  leftOut?: Partial<Record<Moment, string>>;
  apply: (scene: Scene) => Promise<unknown>;
  /** Takes the fault away, and returns when it is gone. */
  mend: (scene: Scene) => Promise<unknown>;
  /** The hypervisor that cannot be asked while the fault lasts. */
  silent?: Side;
  /** Commands to a host no longer arrive once it has struck, so what is held is released by the hosts themselves. */
  cutsNetwork?: boolean;
  /**
   * The file server falls silent, so the guest's log is a local file on each hypervisor: NFS appends where a client
   * believes the end to be, and the destination's first bytes would land among the source's last ones.
   */
  localLog?: boolean;
  /** Where the guest's uptime ends with the fault, whatever anybody does: the reason. */
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
