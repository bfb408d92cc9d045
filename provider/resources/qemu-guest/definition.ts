/** Provider side of `QemuGuest`. */
import { isDeepStrictEqual } from "node:util";
import type { Definition } from "../../lifecycle/definition";
import type { LockedOperation } from "../../placement/lock/locks";
import { qemuDriver } from "../../qemu/driver";
import { qemuMessages } from "../../qemu/messages";
import { qemuMigrationLimits } from "../../qemu/migration/options";
import { digestOf } from "../../qemu/observe";
import { clearSecretsIn } from "../../qemu-command-line/clear-secrets";
import { typedArguments } from "../../qemu-command-line/typed";
import { uuidFrom } from "../../util/identity";
import type { Operation } from "../../util/operation";
import { guestAdoption } from "../guest-placement/adoption";
import { claimGuest, guestThings } from "../guest-placement/claim";
import { withHistory, withLocksAndJournal } from "../guest-placement/locks-and-journal";
import { announceSteps } from "../guest-placement/preview";
import {
  type GuestModel,
  type GuestState,
  guestStateOf,
  observePlacement,
  reconcilePlacement,
  type SeenGuest,
} from "../guest-placement/reconcile";
import { removePlacement } from "../guest-placement/remove";
import { connectionSecretKeys } from "../shared/inputs";
import { candidatesOf } from "../shared/ssh-host";
import { type QemuGuestInputs, qemuGuestSchema } from "./inputs";

export interface QemuGuestState extends GuestState {
  /** Arguments that its QEMU was started with, as its unit has recorded them, without those that the provider adds. */
  runningCommandLine: string[];
}

type Model = GuestModel<QemuGuestInputs>;

export const qemuGuest: Definition<typeof qemuGuestSchema, Model, SeenGuest, QemuGuestState, LockedOperation> = {
  schema: qemuGuestSchema,
  // Nothing ever replaces a running guest.
  replaceOn: [],
  secrets: connectionSecretKeys,
  secretWithInputs: ["commandLine", "runningCommandLine"],
  namedBy: "name",
  id: ({ uuid = "" }) => uuid,
  derived: { keys: ["uuid", "commandLine"], from: derivedFrom },
  model,
  observe: (operation, { placement }, known) => observePlacement(operation, placement, known),
  stateOf,
  reconcile,
  things: ({ uuid = "", candidates }) => guestThings("uuid", uuid, candidates),
  claim: (operation, { placement }) => claimGuest(operation, placement, "uuid"),
  adoption: (operation, { args, placement }) =>
    guestAdoption(operation, placement, async ({ domain: { commandLine } }) =>
      isDeepStrictEqual(commandLine, args.commandLine) ? [] : [laterNotice(args)],
    ),
  remove: async (operation, { args, placement }) => {
    await removePlacement(operation, placement, args.onDelete);
  },
  exclusively: (operation, { placement }, work) => withLocksAndJournal(operation, placement, work),
  explain: (operation, { placement }, error) => withHistory(operation, placement, error),
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
            reason: `${news.uuid} is a different guest from the one that is here (${olds.uuid}). Give it a QemuGuest of its own, and remove this one.`,
          },
        ],
  announce,
};

/** Identities that dependants and previews know before anything is done. */
function derivedFrom(args: QemuGuestInputs, urn: string): Pick<QemuGuestInputs, "uuid" | "commandLine"> {
  const uuid = args.uuid ?? uuidFrom("urn:pulumi-kvm-live:qemu-guest", urn);
  return { uuid, commandLine: args.arguments ?? typedArguments(args, uuid) };
}

function model(args: QemuGuestInputs, { warn, owner, isInState, onlyLooks }: Operation): Model {
  const { uuid = "", name, emulator, user, migration, commandLine = [], fenced, shutdownTimeoutSeconds } = args;
  const domain = { uuid, name };
  return {
    args,
    placement: {
      domain,
      candidates: candidatesOf(args.candidates, onlyLooks),
      hostName: args.host,
      powerState: "running",
      autostart: false,
      persistent: false,
      mark: digestOf(commandLine),
      fenced,
      owner,
      isInState,
      adopt: args.adopt ?? false,
      messages: qemuMessages,
      driver: qemuDriver({ domain, emulator, commandLine, user, migration, owner, warn }),
      limits: qemuMigrationLimits(migration),
      shutdownTimeoutSeconds,
    },
    unencryptedWarning: migration.tls
      ? undefined
      : `The memory of ${name} crosses the network unencrypted (migration.tls is false): anyone on that network can read it, and whoever connects first to the port that waits for it can send another guest in its place.`,
  };
}

const isChangedByHand = ({ definitionDigest, runningCommandLine }: QemuGuestState) =>
  definitionDigest !== digestOf(runningCommandLine);

const hostAffectingInputs = ["host", "migration", "fenced", "commandLine"];

async function announce(
  operation: Operation,
  model: Model,
  changed: readonly string[],
  known?: QemuGuestState,
): Promise<void> {
  const { args } = model;
  if (changed.includes("onDelete") && args.onDelete === "keep")
    operation.info(
      `onDelete is "keep": when this resource is deleted, ${args.name} runs on where it is, and is only removed from the state.`,
    );
  if (changed.length > 0 && !changed.some((key) => hostAffectingInputs.includes(key))) return;
  const steps = await announceSteps(operation, model, known?.definitionDigest);
  const isStarted = steps.some((step) => step.do === "create");
  if (changed.includes("commandLine") && !isStarted) operation.info(laterNotice(args));
  if (changed.includes("commandLine") || isStarted) warnOfSecrets(operation, args);
}

function warnOfSecrets({ warn }: Operation, { name, commandLine = [] }: QemuGuestInputs): void {
  const found = clearSecretsIn(commandLine);
  if (found.length > 0)
    warn(
      `The command line of ${name} holds what looks like a secret, which every user of its host can read (ps):\n${found.join("\n")}`,
    );
}

const laterNotice = ({ name }: QemuGuestInputs) =>
  `The new command line of ${name} takes effect when the guest is next started: shut it down, and \`pulumi up\` starts it again.`;

async function reconcile(
  operation: LockedOperation,
  model: Model,
  seen: SeenGuest,
  known: QemuGuestState | undefined,
): Promise<SeenGuest> {
  const { steps, reached } = await reconcilePlacement(operation, model, seen, known);
  if (steps.some((step) => step.do === "create")) warnOfSecrets(operation, model.args);
  const state = stateOf(model, reached, known);
  if (state && !isDeepStrictEqual(state.runningCommandLine, model.args.commandLine))
    operation.info(laterNotice(model.args));
  return reached;
}

function stateOf({ placement }: Model, seen: SeenGuest, known: QemuGuestState | undefined): QemuGuestState | undefined {
  const guest = guestStateOf(placement, seen, known);
  if (guest === undefined) return undefined;
  const { facts } = guest;
  const { drift: found = [], ...rest } = guest.state;
  const state = { ...rest, runningCommandLine: [...(facts.commandLine ?? [])] };
  const { name, host } = state;
  const drift = [
    ...found,
    ...(facts.state === "shut off" ? [`${name} has ended on ${host} (${facts.reason})`] : []),
    ...(isChangedByHand(state)
      ? [`${name} on ${host} was started by hand with another command line`]
      : facts.commandLineProblem === undefined
        ? []
        : [`${name} on ${host}: ${facts.commandLineProblem}`]),
  ];
  return { ...state, ...(drift.length > 0 && { drift }) };
}
