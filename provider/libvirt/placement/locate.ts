/**
 * Pure: where a domain is, from what each candidate host says.
 *
 * @see https://libvirt.org/migration.html
 */
import type { DomainFacts, HostView } from "../domain-facts";

/** One host's answer. There is none for a host that did not answer: nothing is decided then. */
export interface Sighting extends HostView {
  /** The name that the program gave to the host. */
  host: string;
}

export interface Found {
  host: string;
  domain: DomainFacts;
}

export type Location =
  | { kind: "nowhere" }
  /** A migration is under way, whoever began it. */
  | { kind: "moving"; from: string | undefined; to: string | undefined }
  /** @param leftovers hosts with a definition of it and nothing that runs */
  | ({ kind: "at"; leftovers: string[] } & Found)
  /** Something that must not be touched without a decision of the operator. */
  | { kind: "unclear"; reason: string };

/** @param preferred the host that counts when the domain is defined on several and runs on none */
export function locate(sightings: readonly Sighting[], preferred: string): Location {
  const found = sightings.flatMap(({ host, domain }) => (domain ? [{ host, domain }] : []));
  const withJob = (job: DomainFacts["job"]) => found.find(({ domain }) => domain.job === job)?.host;
  const [from, to] = [withJob("outgoing"), withJob("incoming")];
  if (from !== undefined || to !== undefined) return { kind: "moving", from, to };
  const active = found.filter(({ domain }) => isActive(domain));
  if (active.length > 1) return { kind: "unclear", reason: severalActive(active) };
  const [one] = active;
  if (one && isStuck(one.domain)) return { kind: "unclear", reason: stuck(one, found) };
  const place = one ?? found.find(({ host }) => host === preferred) ?? found[0];
  if (place === undefined) return { kind: "nowhere" };
  const leftovers = found.filter((other) => other !== place).map(({ host }) => host);
  return { kind: "at", ...place, leftovers };
}

/** It has a QEMU. */
export const isActive = ({ state }: DomainFacts): boolean => state !== "shut off";

/** Paused for a reason that is neither an operator's nor over: a migration left it so. */
const isStuck = ({ state, reason }: DomainFacts) =>
  state === "paused" && ["migrating", "post-copy", "post-copy failed", "api error", "starting up"].includes(reason);

export const described = ({ host, domain: { state, reason } }: Found): string => `${state} (${reason}) on ${host}`;

function severalActive(active: readonly Found[]): string {
  const both = active.map(described).join(" and ");
  const running = active.filter(({ domain }) => domain.state === "running");
  const advice =
    running.length > 1
      ? "Two copies write to one disk: suspend the one with the older data now (`virsh suspend`), then decide which to keep."
      : "A migration was cut off: the one that runs is the guest, the other one its shell. Look at both, then `virsh destroy` the shell.";
  return `It is ${both} at the same time. ${advice}`;
}

function stuck(one: Found, found: readonly Found[]): string {
  const others = found.filter((other) => other !== one).map(described);
  const elsewhere = others.length > 0 ? `It is also ${others.join(" and ")}.` : "No other candidate has it.";
  return `It is ${described(one)}: a migration was cut off. ${elsewhere} When no other host runs it, \`virsh resume\` it there.`;
}
