/** Provider side of `DomainPlacement`. */

import { digest } from "../libvirt/domain-xml";
import { completedJob } from "../libvirt/migration/job-control";
import { type MigrationRecord, recordOf, withRecord } from "../libvirt/migration/record";
import { driftOf } from "../libvirt/placement/drift";
import { isActive } from "../libvirt/placement/observation";
import { candidateOf, carryOutAndVerify, isChangedByHand, plan } from "../libvirt/placement/placement";
import { type Settled, settle } from "../libvirt/placement/settle";
import type { Context } from "../lifecycle/context";
import type { Definition, Observed } from "../lifecycle/definition";
import { Refused, refuse } from "../lifecycle/errors";
import { Fresh } from "../lifecycle/fresh";
import { announce, summary, tellOfPlainData } from "./domain-placement.announce";
import { alone, precautionsOf, withHistory } from "./domain-placement.precautions";
import { removePlacement } from "./domain-placement.remove";
import { type PlacementInputs, placementOf, placementSchema } from "./domain-placement.schema";
import { connectionSecretKeys } from "./schemas";

export interface PlacementState extends Observed {
  uuid: string;
  name: string;
  host: string;
  state: string;
  persistent: boolean;
  autostart: boolean;
  definitionDigest: string;
  lastMigration?: MigrationRecord | undefined;
  migrationHistory?: MigrationRecord[] | undefined;
}

/** Where it is, with the record of a migration that ended since the state was written. */
type Seen = Settled & { record?: MigrationRecord | undefined };

const fresh = new Fresh<Seen>();

export const domainPlacement: Definition<typeof placementSchema, PlacementState> = {
  schema: placementSchema,
  // Nothing ever replaces a running guest.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: ({ domain }) => domain.uuid,
  observe: async (context, args, known) => stateOf(fresh.keep(context, await look(context, args, known)), args, known),
  // Here too: what the shell keeps of an error after a reconcile is its message.
  reconcile: (context, args, _observed, known) =>
    withHistory(context, placementOf(args), () => reconcile(context, args, known)),
  exclusively: (context, args, work) => alone(context, placementOf(args), work),
  remove: (context, args) =>
    removePlacement(context, placementOf(args), args.onDelete, precautionsOf(context, placementOf(args))),
  inputsOf: (args, { host, state, autostart }) => ({ ...args, host, autostart, powerState: powerStateOf(state, args) }),
  objections: (olds, news) =>
    olds.domain.uuid === news.domain.uuid
      ? []
      : [
          {
            property: "domain.uuid",
            reason: `${news.domain.uuid} is another guest than the one that is placed here (${olds.domain.uuid}). Give it a DomainPlacement of its own, and remove this one.`,
          },
        ],
  announce,
};

/** A run that was killed has left its migration to the hosts: its record is with them too. */
async function look(context: Context, args: PlacementInputs, known: PlacementState | undefined): Promise<Seen> {
  const placement = placementOf(args);
  const seen = await settle(placement, context, context.acts);
  if (seen.joined) return { ...seen, record: seen.joined };
  const { location } = seen;
  if (known?.host === undefined || location.kind !== "at" || location.host === known.host) return seen;
  const job = await completedJob(args.domain, candidateOf(placement, location.host).host, context.signal);
  return { ...seen, ...(job && { record: recordOf({ from: known.host, to: location.host }, job, new Date()) }) };
}

async function reconcile(
  context: Context,
  args: PlacementInputs,
  known: PlacementState | undefined,
): Promise<PlacementState> {
  const placement = placementOf(args);
  const seen = fresh.take(context) ?? (await look(context, args, known));
  if (known === undefined) refuseForeign(args, seen);
  const knownDigest = known?.definitionDigest;
  const { steps, problems, unsupported } = await plan(placement, seen, knownDigest, context);
  refuse([...unsupported, ...problems]);
  if (steps.some((step) => step.do === "migrate")) tellOfPlainData(context, args);
  const task = { before: seen, steps, ways: context, precautions: precautionsOf(context, placement) };
  const { seen: reached, record } = await carryOutAndVerify(placement, knownDigest, task);
  for (const made of [seen.record, record]) if (made) context.info(summary(args.domain.name, made));
  if (steps.some((step) => step.do === "define") && seen.location.kind === "at" && isActive(seen.location.domain))
    context.info(`The new definition of ${args.domain.name} takes effect when the guest is next started.`);
  const state = stateOf(reached, args, undefined);
  if (state === undefined) throw new Error(`${args.domain.name} is on none of the candidates.`);
  return { ...state, ...historyOf(withRecord(withRecord(known?.migrationHistory, seen.record), record)) };
}

function refuseForeign({ domain, adopt }: PlacementInputs, { location }: Settled): void {
  if (adopt || location.kind !== "at" || location.domain.mark !== undefined) return;
  throw new Refused(
    `A domain with the UUID ${domain.uuid} exists already on ${location.host} (${location.domain.name}, ${location.domain.state}), and nothing marks it as made by this provider. Set adopt to true to take it over as it is, or give the new one another UUID.`,
  );
}

/** What is on the hosts; what only the state knows comes from there. */
function stateOf(seen: Seen, args: PlacementInputs, known: PlacementState | undefined): PlacementState | undefined {
  const { location, record } = seen;
  if (location.kind === "nowhere") return undefined;
  const { host, domain } = location.kind === "at" ? location : location.to;
  const drift = driftOf(seen, {
    name: args.domain.name,
    // A transient guest has no definition beside what it runs with.
    ...(args.migration.persistent && { mark: digest(args.domain.definition) }),
    changedByHand: isChangedByHand(seen, known?.definitionDigest),
  });
  return {
    uuid: args.domain.uuid,
    name: domain.name,
    host,
    state: domain.state,
    persistent: domain.persistent,
    autostart: domain.autostart,
    definitionDigest: known?.definitionDigest ?? domain.definitionDigest,
    ...historyOf(withRecord(known?.migrationHistory, record)),
    ...(drift.length > 0 && { drift }),
  };
}

const historyOf = (history: MigrationRecord[]) =>
  history.length === 0 ? {} : { lastMigration: history[0], migrationHistory: history };

const powerStateOf = (state: string, { powerState }: PlacementInputs) =>
  state === "running" || state === "shut off" ? state : powerState;
