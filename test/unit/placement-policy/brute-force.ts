/** Decisions of small fleets by going through all assignments, with the rules of docs/placement-policy.md written anew. */
import type { Fleet, Rule } from "../../../provider/placement-policy/fleet";

type Assignment = ReadonlyMap<string, string>;

/** Moves, wishes to come home or back that are not met, and broken preferences. */
export type Score = readonly [number, number, number];

export function isLawful(fleet: Fleet, assignment: Assignment): boolean {
  const { hosts, guests, rules, maintenance } = fleet;
  const on = (name: string) => assignment.get(name) ?? "";
  const mayBeThere = guests.every(
    ({ name, at, inMaintenance }) =>
      !maintenance.includes(on(name)) || (at === on(name) && inMaintenance !== "migrate"),
  );
  const areStrictKept = rules.filter(({ strict }) => strict).every((rule) => offenders(rule, assignment) === 0);
  const hasRoom = hosts.every((host) => {
    const there = guests.filter(({ at }) => at === host.name);
    const arriving = guests.filter(({ name, at }) => on(name) === host.name && at !== host.name);
    const taken = host.reserveMiB + host.othersMiB + memoryOf(there) + memoryOf(arriving);
    return arriving.length === 0 || taken <= host.memoryMiB;
  });
  return mayBeThere && areStrictKept && hasRoom;
}

const memoryOf = (guests: readonly { memoryMiB: number }[]) =>
  guests.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);

/** Guests that are where a rule would not have them; of those that should be apart or together, all but one a host. */
function offenders({ kind, guests, hosts }: Rule, assignment: Assignment): number {
  const places = guests.map((name) => assignment.get(name) ?? "");
  const distinct = new Set(places).size;
  if (kind === "apart") return places.length - distinct;
  if (kind === "together") return distinct - 1;
  return places.filter((place) => hosts.includes(place) !== (kind === "on")).length;
}

export function scoreOf(fleet: Fleet, assignment: Assignment): Score {
  let [moves, unmet] = [0, 0];
  for (const guest of fleet.guests) {
    const host = assignment.get(guest.name) ?? "";
    const back = destination(fleet, guest);
    if (guest.at !== undefined && host !== guest.at && host !== back) moves += 1;
    const wish = back ?? (guest.at === undefined ? (guest.home ?? guest.before) : guest.home);
    const isContent = back === undefined && host === guest.at;
    if (wish !== undefined && host !== wish && !isContent) unmet += 1;
  }
  const preferred = fleet.rules.filter(({ strict }) => !strict);
  return [moves, unmet, preferred.reduce((sum, rule) => sum + offenders(rule, assignment), 0)];
}

/** Where a guest goes that maintenance has driven away, once it may. */
function destination({ whenBack, maintenance, rules }: Fleet, guest: Fleet["guests"][number]) {
  const { name, at, home, origin, inMaintenance } = guest;
  const leavesAgain = at !== undefined && maintenance.includes(at) && inMaintenance === "migrate";
  const target = origin === undefined ? (leavesAgain ? home : undefined) : (home ?? origin);
  if (whenBack === "stay" || at === undefined || target === undefined || target === at) return undefined;
  const strict = rules.filter((rule) => rule.strict && rule.guests.includes(name));
  const isExcluded = strict.some(
    ({ kind, hosts }) => (kind === "on" && !hosts.includes(target)) || (kind === "notOn" && hosts.includes(target)),
  );
  return maintenance.includes(target) || isExcluded ? undefined : target;
}

export function bestScore(fleet: Fleet): Score | undefined {
  let best: Score | undefined;
  for (const assignment of assignments(fleet)) {
    if (!isLawful(fleet, assignment)) continue;
    const score = scoreOf(fleet, assignment);
    if (best === undefined || compare(score, best) < 0) best = score;
  }
  return best;
}

function compare(one: Score, other: Score): number {
  const [first = 0] = one.map((part, index) => part - (other[index] ?? 0)).filter((part) => part !== 0);
  return first;
}

function* assignments({ hosts, guests }: Fleet, chosen = new Map<string, string>()): Generator<Assignment> {
  const guest = guests[chosen.size];
  if (guest === undefined) {
    yield chosen;
    return;
  }
  for (const { name } of hosts) {
    chosen.set(guest.name, name);
    yield* assignments({ hosts, guests } as Fleet, chosen);
    chosen.delete(guest.name);
  }
}
