/** Pure: the decision as inputs, made of the other inputs and of what hosts have said. */
import { isDeepStrictEqual } from "node:util";
import type { HostGuests } from "../../libvirt/guests-on";
import { isActive } from "../../placement/observe/observation";
import { decide } from "../../placement-policy/decide";
import type { Fleet, Rule } from "../../placement-policy/fleet";
import { type FoundFleet, memoryMiBOf, type PolicyInputs } from "./inputs";

/** What a host needs for itself where the program does not say. */
const defaultReserveMiB = 1024;

export type Decided = Pick<
  PolicyInputs,
  "found" | "placements" | "powerStates" | "reasons" | "origins" | "brokenPreferences"
>;

export const decidedKeys = ["found", "placements", "powerStates", "reasons", "origins", "brokenPreferences"] as const;

export type Outcome = { decided: Decided; isFewest: boolean } | { problems: { property: string; reason: string }[] };

/** @param before what was decided last */
export function decidedFrom(args: PolicyInputs, found: FoundFleet, before: Decided = {}): Outcome {
  const decision = decide(fleetOf(args, found, before));
  if ("unsatisfiable" in decision) {
    const problems = decision.unsatisfiable.map(({ guests, reason }) => ({
      property: guests.length === 1 ? `guests.${guests[0]}` : "guests",
      reason: `${reason}. Nothing has been moved.`,
    }));
    return { problems };
  }
  const { placements, reasons, origins, shutOff, brokenPreferences, isFewest } = decision;
  const powerStates = Object.keys(args.guests).map(
    (name) => [name, shutOff.has(name) ? "shut off" : "running"] as const,
  );
  return {
    decided: {
      found,
      placements: Object.fromEntries(placements),
      powerStates: Object.fromEntries(powerStates),
      reasons: Object.fromEntries(reasons),
      origins: Object.fromEntries(origins),
      brokenPreferences: [...brokenPreferences],
    },
    isFewest,
  };
}

/** Whether what was decided for one answers the other: then hosts need not be asked. */
export const isSameQuestion = (one: PolicyInputs, other: PolicyInputs): boolean =>
  isDeepStrictEqual(questionOf(one), questionOf(other));

function questionOf({ hosts, guests, reserveMiB, rules, maintenance, whenBack }: PolicyInputs) {
  const needs = Object.entries(guests).map(([name, { definition, ...guest }]) => [
    name,
    { ...guest, memoryMiB: memoryMiBOf(definition) },
  ]);
  const question = {
    hosts: Object.keys(hosts).sort(),
    guests: Object.fromEntries(needs),
    maintenance: [...maintenance].sort(),
  };
  return JSON.parse(JSON.stringify({ ...question, reserveMiB, rules, whenBack }));
}

function fleetOf(args: PolicyInputs, { hosts, places }: FoundFleet, before: Decided): Fleet {
  return {
    hosts: Object.keys(args.hosts).map((name) => ({
      name,
      memoryMiB: hosts[name]?.memoryMiB ?? 0,
      othersMiB: hosts[name]?.othersMiB ?? 0,
      reserveMiB: args.reserveMiB[name] ?? defaultReserveMiB,
    })),
    guests: Object.entries(args.guests).map(([name, { definition, home, inMaintenance }]) => ({
      name,
      memoryMiB: memoryMiBOf(definition),
      at: places[name],
      before: known(args, before.placements?.[name]),
      home,
      inMaintenance,
      origin: before.origins?.[name],
    })),
    maintenance: args.maintenance,
    rules: args.rules.map(ruleOf),
    whenBack: args.whenBack,
  };
}

const known = ({ hosts }: PolicyInputs, name: string | undefined) =>
  name !== undefined && Object.hasOwn(hosts, name) ? name : undefined;

function ruleOf(
  { apart, together, guests = [], on, notOn, strict }: PolicyInputs["rules"][number],
  index: number,
): Rule {
  const common = { strict, place: `rules.${index}` };
  if (apart) return { ...common, kind: "apart", guests: apart, hosts: [] };
  if (together) return { ...common, kind: "together", guests: together, hosts: [] };
  return on ? { ...common, kind: "on", guests, hosts: on } : { ...common, kind: "notOn", guests, hosts: notOn ?? [] };
}

/** @param seen by the names of the hosts. @param before the host that each guest was given */
export function foundIn(
  { guests }: PolicyInputs,
  seen: ReadonlyMap<string, HostGuests>,
  before: Readonly<Record<string, string>> = {},
): FoundFleet {
  const uuids = new Set(Object.values(guests).map(({ uuid }) => uuid));
  const hosts = [...seen].map(([name, { memoryMiB, domains, processes }]) => {
    const others = [...domains.filter((domain) => isActive(domain) && !uuids.has(domain.uuid)), ...processes];
    return [name, { memoryMiB, othersMiB: others.reduce((sum, other) => sum + other.memoryMiB, 0) }];
  });
  const places = Object.entries(guests).flatMap(([name, { uuid }]) => {
    const place = placeOf(uuid, seen, before[name]);
    return place === undefined ? [] : [[name, place]];
  });
  return { hosts: Object.fromEntries(hosts), places: Object.fromEntries(places) };
}

/** While a guest moves, and where a definition was left behind, it is on two hosts. A DomainPlacement sees to that. */
function placeOf(uuid: string, seen: ReadonlyMap<string, HostGuests>, before: string | undefined): string | undefined {
  const rank = (state: string) => (state === "running" ? 2 : isActive({ state }) ? 1 : 0);
  const sightings = [...seen].flatMap(([host, { domains }]) =>
    domains.filter((domain) => domain.uuid === uuid).map(({ state }) => ({ host, rank: rank(state) })),
  );
  const highest = Math.max(...sightings.map((sighting) => sighting.rank));
  const hosts = sightings.filter((sighting) => sighting.rank === highest).map(({ host }) => host);
  return hosts.find((host) => host === before) ?? hosts[0];
}
