/** Provider side of `QemuGuest`. */
import { isDeepStrictEqual } from "node:util";
import type { Context } from "../lifecycle/context";
import type { Definition } from "../lifecycle/definition";
import { Fresh } from "../lifecycle/fresh";
import { digestOf } from "../qemu/facts";
import { look, type PlacedState, place, type Seen, sightOf } from "./placing";
import { announceSteps } from "./placing.announce";
import { placingVerbs, withHistory } from "./placing.precautions";
import { derivedFrom, placementOf, type QemuGuestInputs, qemuGuestSchema } from "./qemu-guest.schema";
import { connectionSecretKeys } from "./schemas";

export interface QemuGuestState extends PlacedState {
  /** What its QEMU was started with, as systemd has recorded it, without what the provider adds. */
  runningCommandLine: string[];
}

const fresh = new Fresh<Seen>();

export const qemuGuest: Definition<typeof qemuGuestSchema, QemuGuestState> = {
  schema: qemuGuestSchema,
  // Nothing ever replaces a running guest.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: ({ uuid = "" }) => uuid,
  derived: { keys: ["uuid", "commandLine"], from: derivedFrom },
  observe: async (context, args, known) =>
    stateOf(fresh.keep(context, await look(context, placementOf(args), known)), args, known),
  reconcile: (context, args, _observed, known) =>
    withHistory(context, placementOf(args), () => reconcile(context, args, known)),
  ...placingVerbs((args: QemuGuestInputs) => placementOf(args)),
  inputsOf: (args, state) => ({
    ...args,
    host: state.host,
    ...(isChangedByHand(state) && { commandLine: state.runningCommandLine }),
  }),
  objections: (olds, news) =>
    olds.uuid === news.uuid
      ? []
      : [
          {
            property: "uuid",
            reason: `${news.uuid} is another guest than the one that is here (${olds.uuid}). Give it a QemuGuest of its own, and remove this one.`,
          },
        ],
  announce,
};

const isChangedByHand = ({ definitionDigest, runningCommandLine }: QemuGuestState) =>
  definitionDigest !== digestOf(runningCommandLine);

/** What changes something on the hosts. */
const concerns = ["host", "migration", "fenced", "commandLine"];

async function announce(
  context: Context,
  args: QemuGuestInputs,
  changed: readonly string[],
  known?: QemuGuestState,
): Promise<void> {
  if (changed.includes("onDelete") && args.onDelete === "keep")
    context.info(
      `onDelete is "keep": when this resource is deleted, ${args.name} runs on where it is, and is only forgotten.`,
    );
  if (changed.length > 0 && !changed.some((key) => concerns.includes(key))) return;
  const steps = await announceSteps(context, placementOf(args), known?.definitionDigest, plainData(args));
  const isStarted = steps.some((step) => step.do === "create");
  if (changed.includes("commandLine") && !isStarted) context.info(laterNotice(args));
}

const laterNotice = ({ name }: QemuGuestInputs) =>
  `The new command line of ${name} takes effect when the guest is next started: shut it down, and \`pulumi up\` starts it anew.`;

function plainData({ name, migration }: QemuGuestInputs): string | undefined {
  if (migration.tls) return undefined;
  return `The memory of ${name} crosses the network unencrypted (migration.tls is false): whoever listens there reads it.`;
}

async function reconcile(
  context: Context,
  args: QemuGuestInputs,
  known: QemuGuestState | undefined,
): Promise<QemuGuestState> {
  const placement = placementOf(args, context.warn);
  const seen = fresh.take(context) ?? (await look(context, placement, known));
  const { reached, history } = await place(context, placement, seen, known, plainData(args));
  const state = stateOf(reached, args, undefined);
  if (state === undefined) throw new Error(`${args.name} is on none of the candidates.`);
  if (!isDeepStrictEqual(state.runningCommandLine, args.commandLine)) context.info(laterNotice(args));
  return { ...state, ...history };
}

function stateOf(seen: Seen, args: QemuGuestInputs, known: QemuGuestState | undefined): QemuGuestState | undefined {
  const sight = sightOf(seen, placementOf(args), known);
  if (sight === undefined) return undefined;
  const { facts, drift: found = [], ...rest } = sight;
  const state = { ...rest, runningCommandLine: [...(facts.commandLine ?? [])] };
  const { name, host } = state;
  const drift = [
    ...found,
    ...(facts.state === "shut off" ? [`${name} has ended on ${host} (${facts.reason})`] : []),
    ...(isChangedByHand(state) ? [`${name} on ${host} was started with another command line, by hand`] : []),
  ];
  return { ...state, ...(drift.length > 0 && { drift }) };
}
