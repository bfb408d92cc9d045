/** The hosts where a domain may be, and what they say. */

import { isDeepStrictEqual } from "node:util";
import type { Host } from "../host/host";
import { pause } from "../util/pause";
import { retryUntil } from "../util/policy";
import type { Driver } from "./driver";
import { type Location, locate } from "./locate";
import { DomainInFlux, type DomainName, isSilent, type Observation } from "./observation";

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

export interface Sought {
  domain: DomainName;
  candidates: readonly Candidate[];
  /** The host that counts when the domain is defined on several and runs on none. */
  host: string;
  /** Names of candidates that the operator has made sure are off; they need not answer. */
  fenced: readonly string[];
  driver: Driver;
}

export interface Whereabouts {
  location: Location;
  observations: Observation[];
  /** For how long the hosts had said the same by then, in milliseconds. */
  stillMs: number;
}

async function observe({ domain, candidates, driver }: Sought, signal: AbortSignal): Promise<Observation[]> {
  const views = await Promise.allSettled(candidates.map(({ host }) => driver.view(host, domain, signal)));
  signal.throwIfAborted();
  return views.map((view, index) => {
    const host = candidates[index]?.name ?? "";
    if (view.status === "fulfilled") return { host, ...view.value };
    if (view.reason instanceof DomainInFlux) throw view.reason;
    return { host, silent: (view.reason as Error).message };
  });
}

/** How long a domain may come and go under the eyes, in milliseconds. */
const fluxMs = 60_000;
/** How often what is alarming is looked at again, as long as it changes. */
const secondLooks = 5;

/**
 * Looks at all candidates. Answers come one after another: a guest that moves meanwhile can be seen on no host, or on
 * two. So what would be alarming is looked at again, until it is the same twice.
 */
export async function whereabouts(sought: Sought, signal: AbortSignal, stillMs = 0): Promise<Whereabouts> {
  const { host: preferred, fenced } = sought;
  const domain = { ...sought.domain, words: sought.driver.words };
  const look = async (): Promise<Whereabouts> => {
    const observations = await observe(sought, signal);
    return { observations, stillMs, location: locate(observations, { domain, preferred, fenced, stillMs }) };
  };
  const after = (error: Error) => error instanceof DomainInFlux;
  const lookUntilSettled = () => retryUntil(look, { everyMs: 500, timeoutMs: fluxMs, signal, after });
  let seen = await lookUntilSettled();
  for (let again = 0; again < secondLooks && isAlarming(seen); again++) {
    await pause(500, signal);
    const next = await lookUntilSettled();
    if (isDeepStrictEqual(next.location, seen.location)) return next;
    seen = next;
  }
  return seen;
}

function isAlarming({ location, observations }: Whereabouts): boolean {
  if (location.kind === "at") return location.cutOff || location.shells.length > 0;
  if (location.kind === "unclear") return !observations.some(isSilent); // silence has been waited for
  return location.kind !== "moving";
}
