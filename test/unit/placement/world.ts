/** A model of a few hosts with one domain: what they say, and what a step makes of it. */
import { libvirtMessages } from "../../../provider/libvirt/messages";
import { locate } from "../../../provider/placement/observe/locate";
import type { DomainFacts } from "../../../provider/placement/observe/observation";
import {
  type AnsweringHost,
  foundOn,
  hasAnswered,
  isActive,
  type Observation,
} from "../../../provider/placement/observe/observation";
import { type Plan, planPlacement, planRemoval } from "../../../provider/placement/plan/plan";
import { labelOf, type Step } from "../../../provider/placement/plan/steps";
import type { Wanted } from "../../../provider/placement/plan/wanted";

export const uuid = "0f0806ab-531d-6134-5def-c5b495529284";

/** What is wanted, and whether the definition was changed by hand. */
export type Want = Wanted & { redefine: boolean };

const urn = (stack: string, name: string) =>
  `urn:pulumi:${stack}::lab::pulumi-nodejs:dynamic/kvm:DomainPlacement::${name}`;
/** The resource that asks, and others that a guest may belong to. */
export const owners = {
  self: { urn: urn("dev", "web"), uid: "00000001" },
  replaced: { urn: urn("dev", "web"), uid: "00000002" },
  sameStack: { urn: urn("dev", "renamed"), uid: "00000003" },
  otherStack: { urn: urn("prod", "web"), uid: "00000004" },
};

export const wanted: Want = {
  domain: { uuid, name: "web" },
  candidates: [],
  messages: libvirtMessages,
  hostName: "b",
  powerState: "running",
  autostart: false,
  persistent: true,
  mark: "m",
  redefine: false,
  fenced: [],
  owner: owners.self,
  isInState: true,
  adopt: false,
};

/** @param state as `virsh domstate --reason` prints it */
export function domain(state: string, more: Partial<DomainFacts> = {}): DomainFacts {
  const [, word = state, reason = "booted"] = /^(.+?) \((.+)\)$/.exec(state) ?? [];
  const rest = { persistent: true, autostart: false, managedSave: false, job: "none", mark: "m" } as const;
  const { self: owner } = owners;
  return { name: "web", state: word, reason, definitionDigest: "d", ...rest, owner, ...more };
}

/** What a host says: a domain, nothing (undefined), or no word at all (a text that says why). */
export const says = (hostName: string, what: DomainFacts | string | undefined): Observation =>
  typeof what === "string"
    ? { hostName, unreachable: what }
    : { hostName, names: new Map(), hasQemu: what !== undefined && isActive(what), ...(what && { domain: what }) };

/** A host that is up, and whose libvirt says nothing. */
export const mute = (hostName: string, hasQemu: boolean | undefined): Observation => ({
  hostName,
  silent: "failed to connect to the hypervisor",
  hasQemu,
});

type Answer = Plan | { kind: "wait"; from: string | undefined; to: string | undefined };

/** What is done about a guest that is located first: nothing while it moves, nor where only an operator may decide. */
function planned(
  observations: readonly Observation[],
  want: Wanted,
  unchangedForMs: number,
  planFrom: (seen: Parameters<typeof planPlacement>[0]) => Plan,
): Answer {
  const location = locate(observations, want, unchangedForMs);
  if (location.kind === "moving") return { ...location, kind: "wait" };
  if (location.kind === "unclear") return { kind: "refused", reason: location.reason };
  return planFrom({ location, observations: [...observations] });
}

export const planFor = (observations: readonly Observation[], want: Want, unchangedForMs = 0): Answer =>
  planned(observations, want, unchangedForMs, (seen) => planPlacement(seen, want, want.redefine));

export const removalFor = (
  observations: readonly Observation[],
  want: Want,
  onDelete: "shutdown" | "destroy",
  unchangedForMs = 0,
): Answer => planned(observations, want, unchangedForMs, (seen) => planRemoval(seen, want, onDelete));

/** Asks for plans of two hosts: `a` is the source, `b` the destination, where the guest is wanted. */
export function asker(want: Want) {
  type Word = DomainFacts | string | undefined;
  const plan = (a: Word, b: Word, more: Partial<Want> = {}, unchangedForMs = 0) =>
    planFor([says("a", a), says("b", b)], { ...want, ...more }, unchangedForMs);
  const steps = (...args: Parameters<typeof plan>) => {
    const made = plan(...args);
    return made.kind === "steps" ? labels(made.steps) : made;
  };
  const refusal = (...args: Parameters<typeof plan>) => {
    const made = plan(...args);
    return made.kind === "refused" ? made.reason : `no refusal, but ${JSON.stringify(made)}`;
  };
  return { plan, steps, refusal };
}

export const labels = (steps: readonly Step[]): string[] => steps.map(labelOf);

const replace = (world: readonly Observation[], host: string, what: DomainFacts | undefined): Observation[] =>
  world.map((one) => (one.hostName === host ? says(host, what) : one));

const at = (world: readonly Observation[], host: string): DomainFacts | undefined =>
  world.filter(hasAnswered).find((one) => one.hostName === host)?.domain;

const stopped = (facts: DomainFacts, reason: string): DomainFacts | undefined =>
  facts.persistent ? { ...facts, state: "shut off", reason, job: "none" } : undefined;

/** What the hosts say after a step. @throws Error for one that libvirt would refuse there */
export function after(
  world: readonly Observation[],
  step: Step,
  { mark = "m", owner = owners.self }: Partial<Wanted> = {},
): Observation[] {
  if (!("on" in step))
    return step.do === "migrate" ? moved(world, step.from, step.to) : joined(world, step.from, step.to);
  const facts = at(world, step.on);
  if (step.do === "define")
    return replace(world, step.on, { ...(facts ?? domain("shut off (unknown)")), mark, owner, persistent: true });
  if (step.do === "create")
    return replace(world, step.on, domain("running (booted)", { mark, owner, persistent: false }));
  if (!facts) throw new Error(`There is nothing on ${step.on} to ${step.do}.`);
  switch (step.do) {
    case "undefine":
      return replace(world, step.on, undefined);
    case "start":
      return replace(world, step.on, { ...facts, state: "running", reason: "booted", managedSave: false });
    case "resume":
    case "roll back":
      return replace(world, step.on, { ...facts, state: "running", reason: "unpaused", job: "none" });
    case "shut down":
      return replace(world, step.on, stopped(facts, "shutdown"));
    case "destroy":
    case "destroy stale copy":
      return replace(world, step.on, stopped(facts, "destroyed"));
    case "set autostart":
      return replace(world, step.on, { ...facts, autostart: step.enabled });
    case "set owner":
      return replace(world, step.on, { ...facts, owner });
  }
}

function moved(world: readonly Observation[], from: string, to: string): Observation[] {
  const [left, found] = [at(world, from), at(world, to)];
  if (!left) throw new Error(`There is nothing on ${from} to move.`);
  const isPaused = left.state === "paused" && left.reason === "user";
  const state = isPaused ? { state: "paused", reason: "user" } : { state: "running", reason: "migrated" };
  const arrived = { ...left, ...state, job: "none", persistent: true, autostart: found?.autostart ?? false } as const;
  return replace(replace(world, from, undefined), to, arrived);
}

function joined(world: readonly Observation[], from: string, to: string): Observation[] {
  const half = at(world, to);
  if (!half) throw new Error(`There is nothing on ${to} to go on with.`);
  return replace(replace(world, from, undefined), to, { ...half, state: "running", reason: "migrated", job: "none" });
}

/** Hosts where CPUs of the domain run, or may. */
export const running = (world: readonly Observation[]): string[] =>
  foundOn(world)
    .filter((one) => isActive(one.domain) && one.domain.state !== "paused")
    .map(({ hostName }) => hostName);

/** Hosts with a QEMU of it, whoever knows of it. */
export const withQemu = (world: readonly Observation[]): string[] =>
  world.filter((one): one is AnsweringHost => hasAnswered(one) && one.hasQemu).map(({ hostName }) => hostName);
