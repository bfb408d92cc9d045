/** The hosts where a domain may be, and what they say. */
import type { Host } from "../../host/host";
import { retryUntil } from "../../util/policy";
import { DomainInFlux, viewDomain } from "../domain-facts";
import { type Location, locate, type Sighting } from "./locate";

export interface Candidate {
  /** The name that the program gave to it. */
  name: string;
  /** Where the other hosts reach it. */
  address: string;
  /** Of its sshd. */
  port: number;
  /** Where QEMU on the other hosts reaches it, if not at `address`. */
  migrationAddress?: string | undefined;
  maxOutgoingMigrations: number;
  maxIncomingMigrations: number;
  host: Host;
}

/** Not every candidate answered, so nobody knows where the domain is. */
class CandidateSilent extends Error {
  constructor(domain: string, candidates: readonly Candidate[], reasons: readonly string[]) {
    const names = candidates.map(({ name }) => name).join(", ");
    super(
      `${domain} may be on any of ${names}; where it is stays unknown until all of them answer.\n${reasons.join("\n")}`,
    );
    this.name = "CandidateSilent";
  }
}

/** The domain as messages and virsh name it. */
export interface DomainName {
  uuid: string;
  name: string;
}

/** @throws CandidateSilent */
async function sight(domain: DomainName, candidates: readonly Candidate[], signal: AbortSignal): Promise<Sighting[]> {
  const views = await Promise.allSettled(
    candidates.map(async ({ name, host }) => ({ host: name, ...(await viewDomain(host, domain.uuid, signal)) })),
  );
  const silent = views.flatMap((view, index) =>
    view.status === "rejected" ? [{ name: candidates[index]?.name ?? "", error: view.reason as Error }] : [],
  );
  const influx = silent.find(({ error }) => error instanceof DomainInFlux);
  if (influx) throw influx.error;
  if (silent.length > 0)
    throw new CandidateSilent(
      domain.name,
      candidates,
      silent.map(({ name, error }) => `${name}: ${error.message}`),
    );
  return views.flatMap((view) => (view.status === "fulfilled" ? [view.value] : []));
}

export interface Whereabouts {
  location: Location;
  sightings: Sighting[];
}

/** How long a domain may come and go under the eyes, in milliseconds. */
const fluxMs = 60_000;

/**
 * Looks at all candidates. Answers come one after another: a guest that moves meanwhile can be seen on no host, or on
 * two. So what would be alarming is looked at again.
 */
export async function whereabouts(
  domain: DomainName,
  candidates: readonly Candidate[],
  preferred: string,
  signal: AbortSignal,
): Promise<Whereabouts> {
  const look = async (): Promise<Whereabouts> => {
    const sightings = await sight(domain, candidates, signal);
    return { sightings, location: locate(sightings, preferred) };
  };
  const after = (error: Error) => error instanceof DomainInFlux;
  const lookUntilSettled = () => retryUntil(look, { everyMs: 500, timeoutMs: fluxMs, signal, after });
  const first = await lookUntilSettled();
  return first.location.kind === "at" || first.location.kind === "moving" ? first : lookUntilSettled();
}
