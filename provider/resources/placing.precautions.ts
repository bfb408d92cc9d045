/** A placement's care for others: nobody else acts at the same time, and whoever comes later can read what was done. */

import type { Context } from "../lifecycle/context";
import { type Guard, guarded } from "../placement/guard";
import { readJournal, writeJournal } from "../placement/journal";
import { candidateOf, type Placement, type Precautions } from "../placement/placement";
import { PlacementUnclear } from "../placement/settle";
import { type OnDelete, removePlacement } from "./placing.remove";

const guards = new WeakMap<Context, Guard>();
/** Of the journal, with a message that nobody understands who does not know what was done before. */
const linesTold = 5;

/** @throws GuestBusy when somebody else is at work on it; what the work throws */
function alone<T>(context: Context, placement: Placement, work: () => Promise<T>): Promise<T> {
  const { domain, fenced } = placement;
  const candidates = placement.candidates.filter(({ name }) => !fenced.includes(name));
  return guarded({ domain, candidates, holder: context.who, ways: context }, (guard) => {
    guards.set(context, guard);
    return withHistory(context, placement, work);
  });
}

export function precautionsOf(context: Context, placement: Placement): Precautions {
  return {
    ensureAlone: async () => {
      const guard = guards.get(context);
      if (!guard) throw new Error("A placement acts only where nobody else can: in exclusively.");
      await guard.ensure();
    },
    journal: async (hosts, text) => {
      const places = hosts.map((name) => candidateOf(placement, name));
      const problems = await writeJournal(places, placement.domain.uuid, { who: context.who, text });
      for (const problem of problems) context.warn(problem);
    },
  };
}

/** What every resource that places a guest does alike. */
export const placingVerbs = <Args extends { onDelete: OnDelete }>(placementOf: (args: Args) => Placement) => ({
  exclusively: <T>(context: Context, args: Args, work: () => Promise<T>) => alone(context, placementOf(args), work),
  remove: (context: Context, args: Args) =>
    removePlacement(context, placementOf(args), args.onDelete, precautionsOf(context, placementOf(args))),
});

const told = new WeakSet<Error>();

/** Adds what was done last to what is unclear; without a guard nothing is asked. */
export async function withHistory<T>(context: Context, placement: Placement, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const guard = guards.get(context);
    if (!(error instanceof PlacementUnclear) || !guard || told.has(error)) throw error;
    told.add(error);
    const answered = placement.candidates.filter(({ name }) => guard.locked.includes(name));
    const histories = await Promise.all(answered.map((candidate) => history(candidate, placement.domain.uuid)));
    error.message = [error.message, ...histories.filter((text) => text !== "")].join("\n");
    throw error;
  }
}

async function history({ name, host }: Placement["candidates"][number], uuid: string): Promise<string> {
  const lines = await readJournal(host, uuid, linesTold).catch(() => []); // the error matters more
  return lines.length === 0
    ? ""
    : [`What was done to it last, on ${name}:`, ...lines.map((line) => `  ${line}`)].join("\n");
}
