/** Provider side of `DomainPlacement`. */
import { isEncrypted } from "../libvirt/migration/options";
import type { Context } from "../lifecycle/context";
import type { Definition } from "../lifecycle/definition";
import { Refused } from "../lifecycle/errors";
import { Fresh } from "../lifecycle/fresh";
import { isActive } from "../placement/observation";
import type { Settled } from "../placement/settle";
import { type PlacementInputs, placementOf, placementSchema } from "./domain-placement.schema";
import { look, type PlacedState, place, type Seen, sightOf } from "./placing";
import { announceSteps } from "./placing.announce";
import { placingVerbs, withHistory } from "./placing.precautions";
import { connectionSecretKeys } from "./schemas";

export interface PlacementState extends PlacedState {
  persistent: boolean;
  autostart: boolean;
}

const fresh = new Fresh<Seen>();

export const domainPlacement: Definition<typeof placementSchema, PlacementState> = {
  schema: placementSchema,
  // Nothing ever replaces a running guest.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: ({ domain }) => domain.uuid,
  observe: async (context, args, known) =>
    stateOf(fresh.keep(context, await look(context, placementOf(args), known)), args, known),
  // Here too: what the shell keeps of an error after a reconcile is its message.
  reconcile: (context, args, _observed, known) =>
    withHistory(context, placementOf(args), () => reconcile(context, args, known)),
  ...placingVerbs((args: PlacementInputs) => placementOf(args)),
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

/** What changes something on the hosts. */
const concerns = ["host", "powerState", "domain", "autostart", "migration", "fenced"];

async function announce(
  context: Context,
  args: PlacementInputs,
  changed: readonly string[],
  known?: PlacementState,
): Promise<void> {
  const { name } = args.domain;
  if (changed.includes("onDelete") && args.onDelete === "keep")
    context.info(
      `onDelete is "keep": when this resource is deleted, ${name} stays running and defined where it is, and is only forgotten.`,
    );
  if (changed.length > 0 && !changed.some((key) => concerns.includes(key))) return;
  await announceSteps(context, placementOf(args), known?.definitionDigest, plainData(args));
}

function plainData({ domain, migration }: PlacementInputs): string | undefined {
  if (isEncrypted(migration)) return undefined;
  return `The memory of ${domain.name} crosses the network unencrypted (migration.data is "${migration.data}", migration.uri "${migration.uri}"): whoever listens there reads it.`;
}

async function reconcile(
  context: Context,
  args: PlacementInputs,
  known: PlacementState | undefined,
): Promise<PlacementState> {
  const placement = placementOf(args);
  const seen = fresh.take(context) ?? (await look(context, placement, known));
  if (known === undefined) refuseForeign(args, seen);
  const { reached, steps, history } = await place(context, placement, seen, known, plainData(args));
  if (steps.some((step) => step.do === "define") && seen.location.kind === "at" && isActive(seen.location.domain))
    context.info(`The new definition of ${args.domain.name} takes effect when the guest is next started.`);
  const state = stateOf(reached, args, undefined);
  if (state === undefined) throw new Error(`${args.domain.name} is on none of the candidates.`);
  return { ...state, ...history };
}

function refuseForeign({ domain, adopt }: PlacementInputs, { location }: Settled): void {
  if (adopt || location.kind !== "at" || location.domain.mark !== undefined) return;
  throw new Refused(
    `A domain with the UUID ${domain.uuid} exists already on ${location.host} (${location.domain.name}, ${location.domain.state}), and nothing marks it as made by this provider. Set adopt to true to take it over as it is, or give the new one another UUID.`,
  );
}

function stateOf(seen: Seen, args: PlacementInputs, known: PlacementState | undefined): PlacementState | undefined {
  const sight = sightOf(seen, placementOf(args), known);
  if (sight === undefined) return undefined;
  const { facts, ...state } = sight;
  return { ...state, persistent: facts.persistent, autostart: facts.autostart };
}

const powerStateOf = (state: string, { powerState }: PlacementInputs) =>
  state === "running" || state === "shut off" ? state : powerState;
