/** Provider side of `DomainPlacement`. */

import type { RemoteHost } from "../../host/host";
import { definitionDifferences } from "../../libvirt/definition/differences";
import { shownDefinition, shownDigest } from "../../libvirt/definition/shown";
import { parseXml } from "../../libvirt/definition/xml";
import { libvirtDriver } from "../../libvirt/driver";
import { libvirtMessages } from "../../libvirt/messages";
import { isEncrypted, limitsOf } from "../../libvirt/migration/options";
import { keptStateOf } from "../../libvirt/preflight/kept-state";
import { shownXml } from "../../libvirt/virsh";
import type { Definition } from "../../lifecycle/definition";
import type { LockedOperation } from "../../placement/lock/locks";
import { candidateOf } from "../../placement/observe/candidate";
import { locate } from "../../placement/observe/locate";
import { observeCandidates } from "../../placement/observe/observe-candidates";
import { digest } from "../../util/identity";
import type { Operation } from "../../util/operation";
import { guestAdoption } from "../guest-placement/adoption";
import { claimGuest, guestThings } from "../guest-placement/claim";
import { withHistory, withLocksAndJournal } from "../guest-placement/locks-and-journal";
import { announceSteps, isDefinedWhileRunning, laterNotice } from "../guest-placement/preview";
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
import { choiceNotice, chosenHost, wantedHost } from "./any-of";
import { type PlacementInputs, placementSchema } from "./inputs";

export interface PlacementState extends GuestState {
  persistent: boolean;
  autostart: boolean;
}

type Model = GuestModel<PlacementInputs>;

export const domainPlacement: Definition<typeof placementSchema, Model, SeenGuest, PlacementState, LockedOperation> = {
  schema: placementSchema,
  // Nothing ever replaces a running guest.
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: ({ domain }) => domain.uuid,
  model,
  observe: (operation, { placement }, known) => observePlacement(operation, placement, known),
  stateOf: ({ placement }, seen, known) => {
    const guest = guestStateOf(placement, seen, known);
    return guest && { ...guest.state, persistent: guest.facts.persistent, autostart: guest.facts.autostart };
  },
  reconcile,
  things: ({ domain, candidates }) => guestThings("domain", domain.uuid, candidates),
  claim: (operation, { placement }) => claimGuest(operation, placement, "domain"),
  adoption: (operation, { args, placement }) =>
    guestAdoption(operation, placement, async ({ hostName }, steps) =>
      steps.some((step) => step.do === "define")
        ? differencesOn(candidateOf(placement, hostName).host, args.domain, operation.signal)
        : [],
    ),
  remove: async (operation, { args, placement }) => {
    const from = await removePlacement(operation, placement, args.onDelete);
    const kept = from === undefined ? [] : keptStateOf(args.domain.definition, args.domain.uuid);
    for (const { what, path } of kept) operation.info(`${args.domain.name} leaves ${what} on ${from}, in ${path}.`);
  },
  exclusively: (operation, { placement }, work) => withLocksAndJournal(operation, placement, work),
  explain: (operation, { placement }, error) => withHistory(operation, placement, error),
  decided: { keys: ["host"], decide },
  leftOpen: (args, { host }) => (args.anyOf?.hosts.includes(host) ? { host } : {}),
  inputsOf: (args, { host, state, autostart }) => ({ ...args, host, autostart, powerState: powerStateOf(state, args) }),
  objections: (olds, news) =>
    olds.domain.uuid === news.domain.uuid
      ? []
      : [
          {
            property: "domain.uuid",
            reason: `${news.domain.uuid} is a different guest from the one placed here (${olds.domain.uuid}). Give it a DomainPlacement of its own, and remove this one.`,
          },
        ],
  announce,
};

/** Of its definition. */
async function differencesOn(
  host: RemoteHost,
  { uuid, definition }: PlacementInputs["domain"],
  signal: AbortSignal,
): Promise<string[]> {
  const there = await shownXml(host, uuid, signal);
  const [one, other] = [there, definition].map((xml) => parseXml(shownDefinition(parseXml(xml))));
  return one && other ? definitionDifferences(one, other) : [];
}

function model(args: PlacementInputs, { owner, isInState, onlyLooks }: Operation): Model {
  const { domain, migration, powerState, autostart, fenced, adopt, shutdownTimeoutSeconds } = args;
  return {
    args,
    placement: {
      domain,
      candidates: candidatesOf(args.candidates),
      hostName: wantedHost(args),
      mayStayOn: args.anyOf?.hosts,
      powerState,
      autostart,
      persistent: migration.persistent,
      mark: digest(domain.definition),
      shownDigest: () => shownDigest(parseXml(domain.definition)),
      fenced,
      owner,
      isInState,
      adopt,
      messages: libvirtMessages,
      driver: libvirtDriver({ domain, migration, owner }, onlyLooks),
      limits: limitsOf(migration),
      shutdownTimeoutSeconds,
    },
    unencryptedWarning: isEncrypted(migration)
      ? undefined
      : `The memory of ${domain.name} crosses the network unencrypted (migration.data is "${migration.data}", migration.uri "${migration.uri}"): anyone on that network can read it, and whoever connects first to the port that waits for it can send another guest in its place.`,
  };
}

/** Being on one of several hosts is what was asked for: a new placement finds it there, and another one knows where it was. */
async function decide(operation: Operation, { args }: Model, before: PlacementInputs | undefined) {
  if (args.anyOf === undefined) return { decided: {} };
  const host = chosenHost(args, before?.host ?? (await hostNow(operation, args)));
  return { decided: host === undefined ? {} : { host } };
}

/** One look, which the claim that comes after it shares. */
async function hostNow(operation: Operation, args: PlacementInputs): Promise<string | undefined> {
  const { placement } = model(args, { ...operation, onlyLooks: true });
  const observations = await observeCandidates(placement, operation.signal, undefined);
  const location = locate(observations, placement, 0);
  return location.kind === "at" ? location.hostName : undefined;
}

const hostAffectingInputs = ["host", "anyOf", "powerState", "domain", "autostart", "migration", "fenced"];

async function announce(
  operation: Operation,
  model: Model,
  changed: readonly string[],
  known?: PlacementState,
): Promise<void> {
  const { domain, onDelete } = model.args;
  if (changed.includes("onDelete") && onDelete === "keep")
    operation.info(
      `onDelete is "keep": when this resource is deleted, ${domain.name} stays running and defined where it is, and is only removed from the state.`,
    );
  if (changed.length > 0 && !changed.some((key) => hostAffectingInputs.includes(key))) return;
  const steps = await announceSteps(operation, model, known?.definitionDigest);
  for (const line of choiceNotice(domain.name, model.args, steps)) operation.info(line);
}

async function reconcile(
  operation: LockedOperation,
  model: Model,
  seen: SeenGuest,
  known: PlacementState | undefined,
): Promise<SeenGuest> {
  const { location } = seen;
  const { steps, reached } = await reconcilePlacement(operation, model, seen, known);
  if (isDefinedWhileRunning(steps, location)) operation.info(laterNotice(model.args.domain.name));
  return reached;
}

const powerStateOf = (state: string, { powerState }: PlacementInputs) =>
  state === "running" || state === "shut off" ? state : powerState;
