/** Pure: why a guest has the host that it has, and which preferences are broken, in words. */
import { isBroken } from "./blocks";
import type { Fleet, Rule } from "./fleet";
import { excludes, type Goal, remains } from "./goals";
import { listed } from "./unsatisfiable";

/** @param host the one that it has now */
export function reasonFor({ guest, returnsTo, origin }: Goal, host: string, { maintenance, rules }: Fleet): string {
  const { at, home, inMaintenance } = guest;
  if (at === undefined) return host === home ? "its home" : noHome(home, "has no host yet");
  if (host === at && maintenance.includes(at) && remains(guest, at))
    return inMaintenance === "shutdown"
      ? `is off while ${at} is in maintenance`
      : `stays while ${at} is in maintenance`;
  const isAway = guest.origin !== undefined && (guest.origin !== at || !maintenance.includes(at));
  if (host === returnsTo && isAway)
    return host === origin ? `returns: ${origin} is no longer in maintenance` : `returns to its home`;
  if (returnsTo !== undefined && host === at)
    return `cannot return to ${returnsTo} yet, for want of room or because of a rule`;
  if (host === at) return origin === undefined ? "stays" : `stays until ${home ?? origin} is no longer in maintenance`;
  if (maintenance.includes(at))
    return noHome(host === home || at === home ? undefined : home, `leaves ${at}, which is in maintenance`);
  const rule = rules.find((one) => one.strict && one.guests.includes(guest.name) && excludes(one, at));
  return rule === undefined ? "makes the strict rules hold that name it" : `may not be on ${at} by ${rule.place}`;
}

const noHome = (home: string | undefined, reason: string) =>
  home === undefined ? reason : `${reason}; its home ${home} cannot have it`;

export function brokenPreferences(rules: readonly Rule[], placements: ReadonlyMap<string, string>): string[] {
  return rules
    .filter(({ strict }) => !strict)
    .flatMap((rule) => {
      const on = rule.guests.filter((guest) => placements.has(guest));
      if (rule.kind === "apart" || rule.kind === "together")
        return isBroken(rule, placements)
          ? [`${rule.place}: ${where(on, placements)}, and should be ${rule.kind}`]
          : [];
      const wrong = on.filter((guest) => excludes(rule, placements.get(guest) ?? ""));
      const should = `should ${rule.kind === "on" ? "" : "not "}be on ${listed(rule.hosts)}`;
      return wrong.length > 0 ? [`${rule.place}: ${where(wrong, placements)}, and ${should}`] : [];
    });
}

const where = (guests: readonly string[], placements: ReadonlyMap<string, string>) =>
  listed(guests.map((guest) => `${guest} is on ${placements.get(guest)}`));
