/** Provider side: what resources on several hosts share. */
import type { z } from "zod";
import { limitConcurrency } from "../util/policy";
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
