/** Ten thousand random fleets: no decision is against the law, none has a needless move, and none is made twice. */
import fc from "fast-check";
import { decide } from "../../../provider/placement-policy/decide";
import type { Decision, Fleet } from "../../../provider/placement-policy/fleet";
import { bestScore, isLawful, scoreOf } from "./brute-force";
import { fleets } from "./fleets";

const numRuns = 10_000;

test("as few moves, unmet wishes and broken preferences as any assignment has, and refused only when there is none", () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const decision = decide(fleet);
      const best = bestScore(fleet);
      if ("unsatisfiable" in decision) {
        expect(best).toBeUndefined();
        expect(decision.unsatisfiable).not.toEqual([]);
        return;
      }
      expect(isLawful(fleet, decision.placements)).toBe(true);
      expect(scoreOf(fleet, decision.placements)).toEqual(best);
      expect(decision.isFewest).toBe(true);
    }),
    { numRuns },
  );
});

/** The fleet once everything is where the decision has it. */
const carriedOut = (fleet: Fleet, { placements, origins }: Decision): Fleet => ({
  ...fleet,
  guests: fleet.guests.map((guest) => {
    const at = placements.get(guest.name);
    return { ...guest, at, before: at, origin: origins.get(guest.name) };
  }),
});

test("deciding again on what was carried out moves only guests whose way back has become free, until all are back", () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      let decision = decide(fleet);
      if ("unsatisfiable" in decision) return;
      let now = carriedOut(fleet, decision);
      // A guest that comes back may make room for the next one, so that all are back after as many decisions at most.
      for (let round = 0; round <= fleet.guests.length; round++) {
        decision = decide(now);
        if ("unsatisfiable" in decision) throw new Error("What was carried out is refused.");
        for (const { name, at, home, origin } of now.guests) {
          const host = decision.placements.get(name);
          if (host === at) continue;
          expect(round).toBeLessThan(fleet.guests.length);
          expect(host).toBe(home ?? origin);
          expect(decision.reasons.get(name)).toMatch(/^returns|, which is in maintenance$/);
        }
        now = carriedOut(now, decision);
      }
    }),
    { numRuns },
  );
});

test("deciding again before anything has moved decides the same", () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const first = decide(fleet);
      if ("unsatisfiable" in first) return;
      const guests = fleet.guests.map((guest) => ({ ...guest, origin: first.origins.get(guest.name) }));
      expect(decide({ ...fleet, guests })).toEqual(first);
    }),
    { numRuns },
  );
});
