/** Pure: from where a guest was located and what is wanted to what is to be done, by the table in docs/recovery.md. */
import { counted } from "../../util/counted";
import { type Claim, claim, isOwn } from "../../util/owner";
import type { Located, SettledLocation } from "../observe/locate";
import {
  allDescribed,
  described,
  type Found,
  foundOn,
  isActive,
  isUnreachable,
  type Observation,
} from "../observe/observation";
import { destinationOf } from "./destination";
import { isSameStep, labelOf, type Step } from "./steps";
import { type GuestOrSplit, stepsTo, stepsToNowhere } from "./steps-to";
import type { Wanted } from "./wanted";

export type Plan = { kind: "steps"; steps: Step[] } | { kind: "refused"; reason: string };

/** Input of a plan: where the guest is, and what each host said. */
export type Settled = Pick<Located<SettledLocation>, "location" | "observations">;

/** @param redefine whether its definition was changed by hand, and is to be written again */
export function planPlacement(seen: Settled, wanted: Wanted, redefine: boolean): Plan {
  const problems = claimsOn(seen, wanted).flatMap(({ problem }) => problem ?? []);
  const hostName = destinationOf(wanted, seen.location);
  return problems.length > 0
    ? { kind: "refused", reason: problems.join("\n") }
    : planOf(stepsTo(seen.location, { ...wanted, hostName }, redefine), seen, wanted);
}

/** Claims on all that hosts have of the guest: why nothing is done, and that it passes over. */
export const claimsOn = ({ observations }: Pick<Settled, "observations">, wanted: Wanted): Claim[] =>
  foundOn(observations).map((found) =>
    found.domain.mark === undefined
      ? nobodys(found, wanted)
      : claim(`${wanted.domain.name} on ${found.hostName}`, found.domain.owner, wanted),
  );

/** In the state it may have lost its mark, by hand; a definition beside the guest is judged with what is done about it. */
function nobodys({ hostName, domain }: Found, { domain: { uuid }, isInState, adopt }: Wanted): Claim {
  if (isInState || adopt) return {};
  return {
    problem: `A domain with the UUID ${uuid} already exists on ${hostName} (${domain.name}, ${domain.state}), and nothing marks it as made by this provider. Set adopt to true to take it over as it is, or give the new one another UUID.`,
  };
}

/** The end of it: off, and defined nowhere. */
export function planRemoval(seen: Settled, wanted: Wanted, onDelete: "shutdown" | "destroy"): Plan {
  const { location } = seen;
  if (location.kind === "nowhere" || !isOwnGuest(location, wanted)) return planOf([], seen, wanted);
  const others = copiesBeside(location).filter(({ domain }) => !isOwn(domain.owner, wanted.owner));
  return others.length > 0
    ? { kind: "refused", reason: othersCopies(others, wanted) }
    : planOf(stepsToNowhere(location, wanted, onDelete), seen, wanted);
}

function planOf(steps: Step[], seen: Settled, wanted: Wanted): Plan {
  const { observations } = seen;
  const reasons = [
    ...fencedButReachable(observations, wanted),
    ...foreignLeftovers(steps, observations, wanted),
    ...keptBesideDefinitions(steps, seen, wanted),
    ...otherName(steps, seen, wanted),
  ];
  return reasons.length > 0 ? { kind: "refused", reason: reasons.join("\n") } : { kind: "steps", steps };
}

/** A guest that another resource has taken over is its business, with all that is left of it elsewhere. */
const isOwnGuest = (location: GuestOrSplit, { owner }: Wanted): boolean =>
  isOwn((location.kind === "at" ? location : location.to).domain.owner, owner);

const copiesBeside = (location: GuestOrSplit): Found[] =>
  location.kind === "at" ? location.staleCopies : [location.from];

const othersCopies = (copies: readonly Found[], { domain: { name } }: Wanted): string =>
  copies
    .map(
      (copy) =>
        `A copy of ${name} is ${described(copy)}, and does not belong to this resource. End it there first, if nobody needs it.`,
    )
    .join("\n");

/** A statement about one power cut must not be in force at the next one. */
function fencedButReachable(observations: readonly Observation[], { fenced }: Wanted): string[] {
  return observations
    .filter((one) => !isUnreachable(one) && fenced.includes(one.hostName))
    .map(
      ({ hostName }) =>
        `${hostName} is listed in fenced, but it answers. Remove it from fenced, so that a stale entry is not trusted the next time ${hostName} is unreachable.`,
    );
}

function foreignLeftovers(
  steps: readonly Step[],
  observations: readonly Observation[],
  { domain: { uuid, name }, messages, adopt }: Wanted,
): string[] {
  if (adopt) return [];
  const isUndefined = (hostName: string) => steps.some((step) => step.do === "undefine" && step.on === hostName);
  return foundOn(observations)
    .filter((one) => one.domain.mark === undefined && isUndefined(one.hostName))
    .map(
      ({ hostName }) =>
        `${hostName} has a ${messages.leftover} of ${name} with the same UUID that nothing marks as made by this provider. Look at it (${messages.show(uuid)}); then, on ${hostName}: ${messages.undefine(uuid)}. Or set adopt to true, and \`pulumi up\` removes it.`,
    );
}

/** What libvirt keeps beside a definition would be lost with it; libvirt refuses that when the guest is off already. */
function keptBesideDefinitions(steps: readonly Step[], { location, observations }: Settled, wanted: Wanted): string[] {
  const { domain, messages } = wanted;
  const { uuid, name } = domain;
  return foundOn(observations).flatMap(({ hostName, domain: found }) => {
    if (!steps.some((step) => step.do === "undefine" && step.on === hostName)) return [];
    const kept = [
      found.managedSave && ["a saved memory image", messages.savedMemory?.(uuid)],
      found.snapshots && [counted(found.snapshots, "snapshot"), messages.snapshots?.(uuid)],
      found.checkpoints && [counted(found.checkpoints, "checkpoint"), messages.checkpoints?.(uuid)],
    ].filter((one) => Array.isArray(one));
    const isGuest = location.kind === "at" && location.hostName === hostName;
    return kept.map(
      ([thing, commands]) =>
        `${hostName} has ${thing} of ${name}, which would be lost with its definition${isGuest && isActive(found) ? `, so ${name} is left as it is` : ""}. On ${hostName}: ${commands}.`,
    );
  });
}

/** libvirt changes the name of a domain by a command of its own, and only while it is off. */
function otherName(steps: readonly Step[], { location }: Settled, { domain: { name }, messages }: Wanted): string[] {
  if (location.kind !== "at" || location.domain.name === name || !messages.rename) return [];
  const { hostName, domain } = location;
  const isDefined = steps.some((step) => step.do === "define" && (step.on === hostName || isActive(domain)));
  if (!isDefined) return [];
  const ways = isActive(domain) ? "shut it down, then, " : "";
  return [
    `The domain is called ${domain.name} on ${hostName}, and a definition with the name ${name} would be refused there. To rename it: ${ways}on ${hostName}: ${messages.rename(domain.name, name)}. Or keep the name.`,
  ];
}

/** Something else has acted on the domain while it was acted on here. */
class HostsChanged extends Error {
  constructor(name: string, seen: string, planned: readonly Step[], now: readonly Step[]) {
    const labels = (steps: readonly Step[]) => (steps.length === 0 ? "nothing" : steps.map(labelOf).join(", "));
    super(
      `${name}: the hosts have changed since the plan was made. It is now ${seen}; the remaining steps were ${labels(planned)}, and would now be ${labels(now)}. Nothing more was done: look at it, then run \`pulumi up\` again.`,
    );
    this.name = "HostsChanged";
  }
}

/**
 * @param planned what was left to do
 * @param now what would be planned now
 * @returns the steps as they are to be done now; some may have been done already, by someone else
 * @throws HostsChanged when anything else would be done
 */
export function remaining(
  name: string,
  planned: readonly Step[],
  now: Step[],
  observations: readonly Observation[],
): Step[] {
  let next = 0;
  for (const step of now) {
    if (step.do === "set owner") continue; // whose it is was agreed upon, and nothing else changes
    while (next < planned.length && !isSameStep(planned[next] as Step, step)) next += 1;
    if (next === planned.length) {
      const found = foundOn(observations);
      throw new HostsChanged(name, found.length > 0 ? allDescribed(found) : "nowhere", planned, now);
    }
    next += 1;
  }
  return now;
}
