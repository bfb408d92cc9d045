/** Provider side: what resources on several hosts share. */
import type { z } from "zod";
import type { Observed } from "../../lifecycle/definition";
import { limitConcurrency, retryUntil } from "../../util/policy";
import type { connections } from "./inputs";

type Connections = z.infer<typeof connections>;

export const concurrently = limitConcurrency(8);

export const together = <In, Out>(all: readonly In[], work: (one: In) => Promise<Out>): Promise<Out[]> =>
  Promise.all(all.map((one) => concurrently(() => work(one))));

/** Hosts of the last state that are not among the inputs; the same machine under another name is not one of them. */
export function removedHosts(known: Connections = {}, { hosts }: { hosts: Connections }): Connections {
  const staying = Object.values(hosts).map(({ address }) => address);
  const gone = Object.entries(known).filter(([, { address }]) => !staying.includes(address));
  return Object.fromEntries(gone.map(([name, one]) => [name in hosts ? `${name} (${one.address})` : name, one]));
}

/** Removed hosts by these names: the state keeps them until they are clean. */
export const keptHosts = (removed: Connections, left: readonly { name: string }[]): Connections =>
  Object.fromEntries(left.flatMap(({ name }) => (removed[name] ? [[name, removed[name]] as const] : [])));

interface Verdict extends Observed {
  /** True when every difference may pass by itself. */
  mayPass: boolean;
}

/**
 * Observes until everything is in order. What may pass is looked at again.
 *
 * @param judge undefined when nothing is there
 * @throws Error that says what is not in order
 */
export async function verified<Seen>(
  observe: () => Promise<Seen>,
  judge: (seen: Seen) => Verdict | undefined,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Seen> {
  const tryAgain = async () => {
    const seen = await observe();
    const verdict = judge(seen);
    if (verdict?.drift && verdict.mayPass) throw unfinished(verdict);
    return { seen, verdict };
  };
  const { seen, verdict } = await retryUntil(tryAgain, { everyMs: 1000, timeoutMs, signal });
  if (!verdict) throw new Error("Everything was set up, but none of it is there any more.");
  if (verdict.drift) throw unfinished(verdict);
  return seen;
}

const unfinished = ({ drift = [] }: Observed) =>
  new Error(`These hosts differ from what was set up:\n${drift.join("\n")}`);
