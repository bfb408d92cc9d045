import type { Scale } from "./part";

/** The smallest case of each part: that it runs, not what it says. */
export const smallest: Scale = {
  guests: [1],
  repeats: 1,
  moves: 1,
  drained: 1,
  fleets: [{ hosts: 3, guests: 6, candidates: 2 }],
  stackGuests: 3,
  transports: 1,
  leftOut: ["peer"],
};

/** Under 5 minutes. */
export const quick: Scale = {
  guests: [10],
  repeats: 1,
  moves: 1,
  drained: 2,
  fleets: [
    { hosts: 5, guests: 50, candidates: 3 },
    { hosts: 10, guests: 250, candidates: 3 },
  ],
  stackGuests: 20,
  transports: 4,
  leftOut: ["drain", "transports", "fleet-stack", "peer"],
};

/** Under 40 minutes. */
export const full: Scale = {
  guests: [1, 10, 100, 300],
  repeats: 3,
  moves: 20,
  drained: 8,
  fleets: [
    { hosts: 10, guests: 250, candidates: 3 },
    { hosts: 50, guests: 1250, candidates: 3 },
    { hosts: 100, guests: 2500, candidates: 3 },
    { hosts: 200, guests: 5000, candidates: 3 },
  ],
  stackGuests: 1000,
  transports: 4,
  leftOut: [],
};
