/** Observations of one domain on its candidates: the input of the pure functions of a placement. */
import type { Owner } from "../../util/owner";
import type { Job } from "../migration/job";

export interface DomainFacts {
  name: string;
  /** In virsh's words, e.g. `running`, `paused`, `shut off`. */
  state: string;
  /** Why it is in this state, in virsh's words, e.g. `booted`, `migrated`, `user`. */
  reason: string;
  /** Something of it stays on the host when it ends: libvirt's definition, or QEMU's unit. */
  persistent: boolean;
  autostart: boolean;
  /** Its memory is in a file, from where its next start takes it. */
  managedSave: boolean;
  /** Numbers of snapshots and of checkpoints that libvirt keeps with it; absent for none. */
  snapshots?: number;
  checkpoints?: number;
  /** The migration that its memory takes part in, seen from this host. */
  job: "none" | "outgoing" | "incoming" | "other";
  /** Digest of the definition that it was made of; absent when it is not ours. */
  mark?: string;
  /** The resource that it belongs to; absent when it is not ours, or an earlier version has made it. */
  owner?: Owner;
  /** Without a mark: digest of its definition in the form that a program's has, without passwords, which nobody shows. */
  shownDigest?: string;
  /** Digest of its definition as it is there. */
  definitionDigest: string;
  /** Arguments that its QEMU was started with, where they are all its definition. */
  commandLine?: readonly string[];
  /** Why no other host may start a QEMU with these; absent when all is well. */
  commandLineProblem?: string;
}

/** The answer of one host about the guest. */
export interface HostAnswer {
  /** Absent: the host answered that it has none with this UUID. */
  domain?: DomainFacts;
  /** UUIDs of all domains there, by name. */
  names: ReadonlyMap<string, string>;
  /** A QEMU with this UUID runs there, whatever libvirt says: it may have been started by other means. */
  hasQemu: boolean;
  /** Figures of the migration that has brought it there; absent when the host has none, or does not tell them by the way. */
  arrivedBy?: Job;
  /** When it had been said, by `performance.now()`; absent: just now. */
  answeredAtMs?: number;
}

/** What is young on a host, by its own clock. */
export interface Ages {
  /** Undefined where that cannot be told. */
  upForSeconds: number | undefined;
  /** Of the guest's definition there, if there is one and it is written right before the guest runs. */
  definedForSeconds?: number;
}

/** The domain came or went while it was read: read it again. */
export class ChangedWhileReading extends Error {
  /** @param why it could not be read, as far as is known */
  constructor(uuid: string, why = "") {
    super(`The domain ${uuid} came or went while it was read.${why && ` ${why}`}`);
    this.name = "ChangedWhileReading";
  }
}

export interface AnsweringHost extends HostAnswer {
  hostName: string;
}

/** Nothing is known of this host, least of all that the domain is not there. */
export interface UnreachableHost {
  hostName: string;
  /** Why there is no answer. */
  unreachable: string;
}

/** The host is up, and what manages the guest there says nothing: the guest may well run there. */
export interface SilentHost {
  hostName: string;
  /** Why what manages it there says nothing. */
  silent: string;
  /** As in {@link HostAnswer}; undefined when even that cannot be found out. */
  hasQemu: boolean | undefined;
}

export type Observation = AnsweringHost | SilentHost | UnreachableHost;

export const isUnreachable = (observation: Observation): observation is UnreachableHost => "unreachable" in observation;
export const isSilent = (observation: Observation): observation is SilentHost => "silent" in observation;
export const hasAnswered = (observation: Observation): observation is AnsweringHost =>
  !isUnreachable(observation) && !isSilent(observation);

/** The domain as messages and virsh name it. */
export interface DomainName {
  uuid: string;
  name: string;
}

export interface Found {
  hostName: string;
  domain: DomainFacts;
}

export const foundOn = (observations: readonly Observation[]): Found[] =>
  observations.filter(hasAnswered).flatMap(({ hostName, domain }) => (domain ? [{ hostName, domain }] : []));

/** True when the domain has a QEMU. */
export const isActive = ({ state }: Pick<DomainFacts, "state">): boolean => state !== "shut off";

/** As `virsh domstate --reason` prints it, e.g. `paused (user)`. */
export const stateAndReason = ({ state, reason }: Pick<DomainFacts, "state" | "reason">): string =>
  `${state} (${reason})`;

export const described = ({ hostName, domain }: Found): string => `${stateAndReason(domain)} on ${hostName}`;

/** `running (booted) on hv-a and shut off (migrated) on hv-b` */
export const allDescribed = (found: readonly Found[]): string => found.map(described).join(" and ");
