/** What the candidates say of one domain; what the pure functions of a placement work on. */
import type { DomainFacts, HostView } from "../domain-facts";

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
