/** Provider side: what resources on several hosts share. */
import type { z } from "zod";
import type { Observed } from "../lifecycle/definition";
import { limitConcurrency, retryUntil } from "../util/policy";
import type { connections } from "./schemas";

type Connections = z.infer<typeof connections>;

export const concurrently = limitConcurrency(8);

export const together = <In, Out>(all: readonly In[], work: (one: In) => Promise<Out>): Promise<Out[]> =>
  Promise.all(all.map((one) => concurrently(() => work(one))));

/** Hosts of the last state that are not among the inputs; the same machine under another name is not one of them. */
export function departedHosts(known: Connections = {}, { hosts }: { hosts: Connections }): Connections {
  const staying = Object.values(hosts).map(({ address }) => address);
  const gone = Object.entries(known).filter(([, { address }]) => !staying.includes(address));
  return Object.fromEntries(gone.map(([name, one]) => [name in hosts ? `${name} (${one.address})` : name, one]));
}

interface Looked<State, Failure> {
  state: State | undefined;
  failed: readonly { failure: Failure }[];
}

/** Ends with everything in order, or with an error that says what is not. Failures that may pass are looked at again. */
export async function verified<State extends Observed, Failure>(
  look: () => Promise<Looked<State, Failure>>,
  options: { isTransient: (failure: Failure) => boolean; timeoutMs: number; signal: AbortSignal },
): Promise<State> {
  const { isTransient, timeoutMs, signal } = options;
  const tryAgain = async () => {
    const result = await look();
    const { state, failed } = result;
    if (failed.length > 0 && failed.every(({ failure }) => isTransient(failure)) && state) throw unfinished(state);
    return result;
  };
  const { state } = await retryUntil(tryAgain, { everyMs: 1000, timeoutMs, signal });
  if (!state) throw new Error("Everything was set up, and now nothing of it is there.");
  if (state.drift) throw unfinished(state);
  return state;
}

const unfinished = ({ drift = [] }: Observed) => new Error(`The hosts are not as they should be:\n${drift.join("\n")}`);
