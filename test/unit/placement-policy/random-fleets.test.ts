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

test("deciding again on what was carried out moves nothing, but for guests whose way back has become free", () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const first = decide(fleet);
      if ("unsatisfiable" in first) return;
      const after = carriedOut(fleet, first);
      const second = decide(after);
      if ("unsatisfiable" in second) throw new Error("What was carried out is refused.");
      for (const { name, home } of fleet.guests) {
        const [was, is] = [first.placements.get(name), second.placements.get(name)];
        if (was !== is) expect(is).toBe(home ?? first.origins.get(name));
      }
      const third = decide(carriedOut(after, second));
      const fourth = "unsatisfiable" in third ? third : decide(carriedOut(carriedOut(after, second), third));
      if ("unsatisfiable" in third || "unsatisfiable" in fourth) throw new Error("What was carried out is refused.");
      expect(fourth.placements).toEqual(third.placements);
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
