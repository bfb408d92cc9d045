/** What the candidates say of one domain; what the pure functions of a placement work on. */
export interface DomainFacts {
  name: string;
  /** In virsh's words, e.g. `running`, `paused`, `shut off`. */
  state: string;
  /** Why it is in this state, in virsh's words, e.g. `booted`, `migrated`, `user`. */
  reason: string;
  persistent: boolean;
  autostart: boolean;
  /** Its memory is in a file, from where its next start takes it. */
  managedSave: boolean;
  /** Whether its memory is on its way to another host, or from one. */
  job: "none" | "outgoing" | "incoming" | "other";
  /** Of the definition that it was made of; absent when it is not ours. */
  mark?: string;
  /** Of its definition as it is there. */
  definitionDigest: string;
  /** What its QEMU was started with, where that is all its definition. */
  commandLine?: readonly string[];
}

export interface HostView {
  /** Absent: the host answered that it has none with this UUID. */
  domain?: DomainFacts;
  /** UUIDs of all domains there, by name. */
  names: ReadonlyMap<string, string>;
  /** A QEMU with this UUID runs there, whatever libvirt says: it may have been started by other means. */
  hasQemu: boolean;
}

/** It came or went while it was looked at: look again. */
export class DomainInFlux extends Error {
  /** @param why it could not be looked at, as far as is known */
  constructor(uuid: string, why = "") {
    super(`The domain ${uuid} came or went while it was looked at.${why && ` ${why}`}`);
    this.name = "DomainInFlux";
  }
}

/** One host's answer. */
export interface Sighting extends HostView {
  /** The name that the program gave to the host. */
  host: string;
}

/** One host that has not answered: nothing is known of it, least of all that the domain is not there. */
export interface Silence {
  host: string;
  /** Why there is no answer. */
  silent: string;
}

export type Observation = Sighting | Silence;

export const isSilent = (observation: Observation): observation is Silence => "silent" in observation;
export const hasAnswered = (observation: Observation): observation is Sighting => !isSilent(observation);

/** The domain as messages and virsh name it. */
export interface DomainName {
  uuid: string;
  name: string;
}

export interface Found {
  host: string;
  domain: DomainFacts;
}

export const foundOn = (observations: readonly Observation[]): Found[] =>
  observations.filter(hasAnswered).flatMap(({ host, domain }) => (domain ? [{ host, domain }] : []));

/** It has a QEMU. */
export const isActive = ({ state }: DomainFacts): boolean => state !== "shut off";

/** As `virsh domstate --reason` prints it. */
export const stateOf = ({ state, reason }: DomainFacts): string => `${state} (${reason})`;

export const described = ({ host, domain }: Found): string => `${stateOf(domain)} on ${host}`;

/** `running (booted) on hv-a and shut off (migrated) on hv-b` */
export const allDescribed = (found: readonly Found[]): string => found.map(described).join(" and ");
