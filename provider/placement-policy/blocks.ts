/**
 * Pure: what has to be decided. Guests that satisfy all strict rules stay, and moving one of them makes no room, since
 * room that a guest leaves counts only once it has left. So only those are open that have no place, may not stay, return,
 * or are tied by strict rules to one of these.
 */
import type { Fleet, Rule } from "./fleet";
import type { Goal } from "./goals";

/** Guests that have to be on one host. */
export interface Block {
  goals: readonly Goal[];
  options: readonly HostOption[];
}

export interface HostOption {
  host: string;
  /** Of all that come to it. */
  arrivingMiB: number;
  /** Guests that move to where they do not return. */
  moves: number;
  /** Guests that come neither home nor back. */
  unmet: number;
  /** Guests that a preferred rule about hosts would not have there. */
  disliked: number;
}

export interface Decidable {
  blocks: readonly Block[];
  /** Hosts of guests that stay. */
  fixed: ReadonlyMap<string, string>;
  /** Room on each host, in MiB; negative where there is too little already. */
  roomMiB: ReadonlyMap<string, number>;
}

export function decidable(fleet: Fleet, goals: readonly Goal[]): Decidable {
  const { rules } = fleet;
  const tied = rules.filter(({ kind, strict }) => strict && (kind === "apart" || kind === "together"));
  const hostOf = new Map(
    goals.flatMap(({ guest }) => (guest.at === undefined ? [] : [[guest.name, guest.at] as const])),
  );
  const components = new Groups(tied);
  const open = new Set<string>();
  for (const { guest, allowed, returnsTo } of goals)
    if (guest.at === undefined || returnsTo !== undefined || !allowed.has(guest.at))
      open.add(components.of(guest.name));
  for (const rule of tied) if (isBroken(rule, hostOf)) for (const name of rule.guests) open.add(components.of(name));
  const isOpen = ({ guest: { name } }: Goal) => open.has(components.of(name));
  const fixed = new Map([...hostOf].filter(([name]) => !open.has(components.of(name))));
  const roomMiB = roomOf(fleet);
  const together = new Groups(tied.filter(({ kind }) => kind === "together"));
  const members = new Map<string, Goal[]>();
  for (const goal of goals.filter(isOpen)) {
    const block = together.of(goal.guest.name);
    members.set(block, [...(members.get(block) ?? []), goal]);
  }
  const dislikes = dislikesOf(rules);
  const blocks = [...members.values()].map((block) => ({
    goals: block,
    options: fleet.hosts
      .filter(({ name }) => block.every(({ allowed }) => allowed.has(name)))
      .map(({ name }) => optionOf(block, name, dislikes))
      .filter(({ host, arrivingMiB }) => arrivingMiB === 0 || arrivingMiB <= (roomMiB.get(host) ?? 0)),
  }));
  return { blocks, fixed, roomMiB };
}

function roomOf({ hosts, guests }: Fleet): Map<string, number> {
  const room = new Map(
    hosts.map(({ name, memoryMiB, reserveMiB, othersMiB }) => [name, memoryMiB - reserveMiB - othersMiB]),
  );
  for (const { at, memoryMiB } of guests) if (at !== undefined) room.set(at, (room.get(at) ?? 0) - memoryMiB);
  return room;
}

function optionOf(block: readonly Goal[], host: string, dislikes: (guest: string, host: string) => number): HostOption {
  const option: HostOption = { host, arrivingMiB: 0, moves: 0, unmet: 0, disliked: 0 };
  for (const goal of block) {
    const { guest, returnsTo } = goal;
    if (guest.at !== host) option.arrivingMiB += guest.memoryMiB;
    if (guest.at !== undefined && host !== guest.at && host !== returnsTo) option.moves += 1;
    if (isUnmet(goal, host)) option.unmet += 1;
    option.disliked += dislikes(guest.name, host);
  }
  return option;
}

/** It comes neither home nor back. A guest that stays where it is does not long for its home. */
function isUnmet({ guest: { at, home, before }, returnsTo }: Goal, host: string): boolean {
  if (returnsTo !== undefined) return host !== returnsTo;
  if (host === at) return false;
  const wish = at === undefined ? (home ?? before) : home;
  return wish !== undefined && host !== wish;
}

/** How many preferred rules about hosts would not have a guest on a host. */
function dislikesOf(rules: readonly Rule[]): (guest: string, host: string) => number {
  const preferred = new Map<string, Rule[]>();
  for (const rule of rules.filter(({ kind, strict }) => !strict && (kind === "on" || kind === "notOn")))
    for (const guest of rule.guests) preferred.set(guest, [...(preferred.get(guest) ?? []), rule]);
  return (guest, host) =>
    preferred.get(guest)?.filter(({ kind, hosts }) => (kind === "on") !== hosts.includes(host)).length ?? 0;
}

/** Whether guests that have a host break a rule about each other. */
export function isBroken({ kind, guests }: Rule, hostOf: ReadonlyMap<string, string>): boolean {
  const hosts = guests.flatMap((guest) => hostOf.get(guest) ?? []);
  const distinct = new Set(hosts).size;
  return kind === "apart" ? distinct < hosts.length : distinct > 1;
}

/** Guests that rules join, directly or over others. */
class Groups {
  private readonly parents = new Map<string, string>();

  constructor(rules: readonly Rule[]) {
    for (const { guests } of rules)
      for (const guest of guests) this.parents.set(this.of(guest), this.of(guests[0] ?? guest));
  }

  /** @returns a name that stands for all of the group */
  of(guest: string): string {
    let root = guest;
    for (let parent = this.parents.get(root); parent !== undefined && parent !== root; parent = this.parents.get(root))
      root = parent;
    this.parents.set(guest, root);
    return root;
  }
}
