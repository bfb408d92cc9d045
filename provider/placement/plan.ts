/** Pure: from what the candidates say and what is wanted to what is to be done, by the table in docs/recovery.md. */
import { type Location, locate, type Told } from "./locate";
import { type Found, foundOn, isActive, isSilent, type Observation } from "./observation";
import type { Step } from "./steps";
import { stepsTo, stepsToNowhere } from "./steps-to";

export interface Wanted {
  domain: Told;
  host: string;
  powerState: "running" | "shut off";
  autostart: boolean;
  /** False: without a definition on any host, so that it is gone when it ends. */
  persistent: boolean;
  /** Digest of the definition that it shall have. */
  mark: string;
  /** Its definition was changed by hand, and is to be written anew. */
  redefine: boolean;
  /** Hosts that the operator has made sure are off. */
  fenced: readonly string[];
  /** Whether what nothing marks as ours may be taken over. */
  adopt: boolean;
}

/** Where something can be done about it. */
export type Placed = Extract<Location, { kind: "at" | "nowhere" | "split" }>;

export type Plan =
  | { kind: "steps"; location: Placed; steps: Step[] }
  /** A migration is under way: nothing is done beside it. */
  | { kind: "wait"; from: string | undefined; to: string | undefined }
  | { kind: "refused"; reason: string };

/** @param stillMs for how long the hosts have said the same, in milliseconds */
export function planPlacement(observations: readonly Observation[], wanted: Wanted, stillMs = 0): Plan {
  return planned(observations, wanted, stillMs, (location) => stepsTo(location, wanted));
}

type Question = Pick<Wanted, "domain" | "host" | "fenced" | "adopt">;

export type Unwanted = Question & { onDelete: "shutdown" | "destroy" };

/** The end of it: off, and defined nowhere. */
export function planRemoval(observations: readonly Observation[], unwanted: Unwanted, stillMs = 0): Plan {
  return planned(observations, unwanted, stillMs, (location) => stepsToNowhere(location, unwanted.onDelete));
}

function planned(
  observations: readonly Observation[],
  question: Question,
  stillMs: number,
  stepsFrom: (location: Placed) => Step[],
): Plan {
  const { domain, host, fenced } = question;
  const location = locate(observations, { domain, preferred: host, fenced, stillMs });
  if (location.kind === "moving") return { ...location, kind: "wait" };
  if (location.kind === "unclear") return { kind: "refused", reason: location.reason };
  const steps = stepsFrom(location);
  const reasons = [
    ...risen(observations, fenced),
    ...foreign(steps, observations, question),
    ...saved(location, question),
  ];
  if (reasons.length > 0) return { kind: "refused", reason: reasons.join("\n") };
  return { kind: "steps", location, steps };
}

/** The word for one power cut must not be there at the next one. */
function risen(observations: readonly Observation[], fenced: readonly string[]): string[] {
  return observations
    .filter((one) => !isSilent(one) && fenced.includes(one.host))
    .map(
      ({ host }) =>
        `${host} is named in fenced, and it answers. Take it out, so that nobody trusts that word when ${host} is next unreachable.`,
    );
}

function foreign(
  steps: readonly Step[],
  observations: readonly Observation[],
  { domain: { uuid, name, words }, adopt }: Question,
): string[] {
  if (adopt) return [];
  const goes = (host: string) => steps.some((step) => step.do === "undefine" && step.on === host);
  return foundOn(observations)
    .filter((one) => one.domain.mark === undefined && goes(one.host))
    .map(
      ({ host }) =>
        `${host} has a ${words.remains} of ${name} with the same UUID that nothing marks as made by this provider. Look at it (${words.show(uuid)}); then, on ${host}: ${words.undefine(uuid)}. Or set adopt to true: \`pulumi up\` takes it away then.`,
    );
}

/** A saved memory image would be lost, or resumed where its disks have gone on. */
function saved(location: Placed, { domain, host }: Question): string[] {
  if (location.kind === "nowhere") return [];
  const leaves = location.kind === "at" && !isActive(location.domain) && location.host !== host;
  const concerned: Found[] = [...location.leftovers, ...(leaves ? [location] : [])];
  return concerned
    .filter((one) => one.domain.managedSave)
    .map(
      (one) =>
        `${one.host} has a saved memory image of ${domain.name}, which cannot move along. On ${one.host}: ${domain.words.savedMemory(domain.uuid)}.`,
    );
}
