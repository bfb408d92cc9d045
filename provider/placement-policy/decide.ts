/** Pure: which guest goes where. docs/placement-policy.md says by which rules. */
import { decidable } from "./blocks";
import type { Decision, Fleet, Unsatisfiable } from "./fleet";
import { goalsOf, remains } from "./goals";
import { brokenPreferences, reasonFor } from "./reasons";
import { search } from "./search";
import { contradictions, homeless, leftOver } from "./unsatisfiable";

/** @param steps options that are looked at before the search is given up */
export function decide(fleet: Fleet, steps?: number): Decision | { unsatisfiable: readonly Unsatisfiable[] } {
  const goals = goalsOf(fleet);
  const open = decidable(fleet, goals);
  const hopeless = [...contradictions(open, fleet.rules), ...homeless(fleet, open)];
  if (hopeless.length > 0) return { unsatisfiable: hopeless };
  const { choice, isWhole, isFewest } = search(open, fleet.rules, steps);
  if (choice === undefined) return { unsatisfiable: leftOver(fleet, open, isWhole) };
  const placements = new Map(open.fixed);
  for (const [{ goals: members }, { host }] of choice)
    for (const { guest } of members) placements.set(guest.name, host);
  const hostOf = (name: string) => placements.get(name) ?? "";
  return {
    placements,
    reasons: new Map(goals.map((goal) => [goal.guest.name, reasonFor(goal, hostOf(goal.guest.name), fleet)])),
    origins: new Map(goals.flatMap(({ guest, origin }) => (origin === undefined ? [] : [[guest.name, origin]]))),
    shutOff: new Set(
      fleet.guests.flatMap((guest) => {
        const host = hostOf(guest.name);
        const isOff = guest.inMaintenance === "shutdown" && fleet.maintenance.includes(host) && remains(guest, host);
        return isOff ? [guest.name] : [];
      }),
    ),
    brokenPreferences: brokenPreferences(fleet.rules, placements),
    isFewest,
  };
}
