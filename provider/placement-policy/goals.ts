/** Pure: where each guest would be if nothing stood in its way, and which hosts it may be on by itself. */
import type { Fleet, FleetGuest, Rule } from "./fleet";

export interface Goal {
  guest: FleetGuest;
  /** Names of hosts that neither maintenance nor a strict rule about hosts excludes. */
  allowed: ReadonlySet<string>;
  /** The host to which it comes back. */
  returnsTo: string | undefined;
  /** The host that it had to leave for maintenance, once this decision is made. */
  origin: string | undefined;
}

export function goalsOf(fleet: Fleet): Goal[] {
  const unary = new Map<string, Rule[]>();
  for (const rule of fleet.rules.filter(({ kind, strict }) => strict && (kind === "on" || kind === "notOn")))
    for (const guest of rule.guests) unary.set(guest, [...(unary.get(guest) ?? []), rule]);
  const inMaintenance = new Set(fleet.maintenance);
  const names = fleet.hosts.map(({ name }) => name);
  const inService = new Set(names.filter((host) => !inMaintenance.has(host)));
  const allowedFor = (guest: FleetGuest) => {
    const rules = unary.get(guest.name) ?? [];
    if (rules.length === 0 && (guest.at === undefined || inService.has(guest.at))) return inService;
    return new Set(
      names.filter(
        (host) => (inService.has(host) || remains(guest, host)) && !rules.some((rule) => excludes(rule, host)),
      ),
    );
  };
  return fleet.guests.map((guest) => {
    const allowed = allowedFor(guest);
    const origin = originOf(guest, fleet, inMaintenance);
    const target = origin === undefined ? undefined : (guest.home ?? origin);
    const returnsTo =
      guest.at !== undefined && fleet.whenBack === "return" && target !== guest.at && allowed.has(target ?? "")
        ? target
        : undefined;
    return { guest, allowed, returnsTo, origin };
  });
}

/** Maintenance leaves it where it is. */
export const remains = ({ at, inMaintenance }: FleetGuest, host: string) => at === host && inMaintenance !== "migrate";

/** A rule about hosts. */
export const excludes = ({ kind, hosts }: Rule, host: string): boolean =>
  kind === "on" ? !hosts.includes(host) : kind === "notOn" && hosts.includes(host);

function originOf(guest: FleetGuest, { hosts, whenBack }: Fleet, inMaintenance: ReadonlySet<string>) {
  const { at, home } = guest;
  const origin = hosts.some(({ name }) => name === guest.origin) ? guest.origin : undefined;
  if (at !== undefined && inMaintenance.has(at) && !remains(guest, at)) return origin ?? at;
  if (origin === undefined || at === undefined) return origin;
  const target = home ?? origin;
  const isOver = at === target || (whenBack === "stay" && !inMaintenance.has(target));
  return isOver ? undefined : origin;
}
