/** Provider side of `DomainPlacement`. */

import { digest } from "../libvirt/domain-xml";
import type { MigrationRecord } from "../libvirt/migrate";
import { isActive } from "../libvirt/placement/locate";
import { carryOutAndVerify, type Placement, plan, type Settled, settle } from "../libvirt/placement/placement";
import { describeStep } from "../libvirt/placement/plan";
import type { Context } from "../lifecycle/context";
import type { Definition, Observed } from "../lifecycle/definition";
import { Refused, refuse } from "../lifecycle/errors";
import { Fresh } from "../lifecycle/fresh";
import { removePlacement } from "./domain-placement.remove";
import { type PlacementInputs, placementSchema } from "./domain-placement.schema";
import { hostAt } from "./reach";
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
}

const fresh = new Fresh<Settled>();

export const domainPlacement: Definition<typeof placementSchema, PlacementState> = {
  schema: placementSchema,
  // Nothing ever replaces a running guest.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: ({ domain }) => domain.uuid,
  observe: async (context, args, known) =>
    stateOf(fresh.keep(context, await settle(placementOf(args), context)), args, known),
  reconcile,
  remove: (context, args) => removePlacement(context, placementOf(args), args.onDelete),
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

async function reconcile(
  context: Context,
  args: PlacementInputs,
  _observed: PlacementState | undefined, // less than what is needed here
  known?: PlacementState,
): Promise<PlacementState> {
  const placement = placementOf(args);
  const seen = fresh.take(context) ?? (await settle(placement, context));
  if (known === undefined) refuseForeign(args, seen);
  const { steps, problems } = await plan(placement, seen, known?.definitionDigest, context.signal);
  refuse(problems);
  const { seen: reached, record } = await carryOutAndVerify(placement, seen, steps, context);
  if (record) context.info(summary(args.domain.name, record));
  if (steps.some((step) => step.do === "define") && seen.location.kind === "at" && isActive(seen.location.domain))
    context.info(`The new definition of ${args.domain.name} takes effect when the guest is next started.`);
  const lastMigration = record ?? known?.lastMigration;
  const state = stateOf(reached, args, undefined);
  if (state === undefined) throw new Error(`${args.domain.name} is on none of the candidates.`);
  return { ...state, ...(lastMigration && { lastMigration }) };
}

function refuseForeign({ domain, adopt }: PlacementInputs, { location }: Settled): void {
  if (adopt || location.kind !== "at" || location.domain.mark !== undefined) return;
  throw new Refused(
    `A domain with the UUID ${domain.uuid} exists already on ${location.host} (${location.domain.name}, ${location.domain.state}), and nothing marks it as made by this provider. Set adopt to true to take it over as it is, or give the new one another UUID.`,
  );
}

/** What is on the hosts; what only the state knows comes from there. */
function stateOf(
  { location }: Settled,
  { domain: wanted }: PlacementInputs,
  known: PlacementState | undefined,
): PlacementState | undefined {
  if (location.kind === "nowhere") return undefined;
  const { host, domain, leftovers } = location;
  const definitionDigest = known?.definitionDigest ?? domain.definitionDigest;
  const drift = [
    ...leftovers.map((left) => `${left} has a definition of ${domain.name} too, which runs on none but ${host}`),
    !domain.persistent && `${domain.name} on ${host} is transient: it would be gone when it ends`,
    definitionDigest !== domain.definitionDigest && `the definition of ${domain.name} on ${host} was changed by hand`,
    domain.mark !== digest(wanted.definition) && `the definition of ${domain.name} on ${host} is not the program's`,
    isOdd(domain.state) && `${domain.name} is ${domain.state} (${domain.reason}) on ${host}`,
  ].filter((line) => line !== false);
  return {
    uuid: wanted.uuid,
    name: domain.name,
    host,
    state: domain.state,
    persistent: domain.persistent,
    autostart: domain.autostart,
    definitionDigest,
    ...(known?.lastMigration && { lastMigration: known.lastMigration }),
    ...(drift.length > 0 && { drift }),
  };
}

const isOdd = (state: string) => state !== "running" && state !== "shut off";

const powerStateOf = (state: string, { powerState }: PlacementInputs) =>
  state === "running" || state === "shut off" ? state : powerState;

/** One line on what a change will do, for the preview: from what the hosts say now. */
async function announce(context: Context, args: PlacementInputs, changed: readonly string[], known?: PlacementState) {
  if (changed.includes("onDelete") && args.onDelete === "keep") context.info(keepNotice(args.domain.name));
  if (!changed.some((key) => ["host", "powerState", "domain", "autostart"].includes(key))) return;
  const placement = placementOf(args);
  const seen = await settle(placement, context);
  const { steps, problems } = await plan(placement, seen, known?.definitionDigest, context.signal);
  for (const step of steps) context.info(describeStep(step, args.domain.name));
  for (const problem of problems) context.warn(`As things are now, this would be refused: ${problem}`);
}

const keepNotice = (name: string) =>
  `onDelete is "keep": when this resource is deleted, ${name} stays running and defined where it is, and is only forgotten.`;

function summary(name: string, { from, to, totalTimeMs, downtimeMs, bytes, encrypted }: MigrationRecord): string {
  const sent = `${(bytes / 1024 ** 2).toFixed(1)} MiB sent${encrypted ? ", encrypted" : ""}`;
  return `${name} moved live from ${from} to ${to}: total time ${totalTimeMs} ms, downtime ${downtimeMs} ms, ${sent}.`;
}

function placementOf(args: PlacementInputs): Placement {
  const candidates = Object.entries(args.candidates).map(([name, connection]) => ({
    name,
    address: connection.address,
    host: hostAt(connection),
  }));
  return { ...args, candidates };
}
