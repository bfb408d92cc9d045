import type { Lab } from "../lab/lab";
import type { Sample } from "./sample";

/** How much is measured. */
export interface Scale {
  /** Numbers of guests in a stack. */
  guests: readonly number[];
  /** How often what can be repeated is. */
  repeats: number;
  /** Moves by each way. */
  moves: number;
  /** Guests of a drain. */
  drained: number;
  /** Simulated fleets. */
  fleets: readonly Fleet[];
  /** Guests of a simulated stack that the real CLI refreshes. */
  stackGuests: number;
  /** Transports that are compared: the first ones. */
  transports: number;
  /** Names of parts that are measured only when they are asked for. */
  leftOut: readonly string[];
}

export interface Fleet {
  hosts: number;
  guests: number;
  /** Candidates of each guest. */
  candidates: number;
}

interface Context {
  scale: Scale;
  /** Called with each line of progress. */
  report: (line: string) => void;
}

export interface LabContext extends Context {
  lab: Lab;
}

/** One question, and how it is measured. What it makes on the lab's hosts it takes away again. */
export type Part =
  | { needsLab: false; run(context: Context): Promise<Sample[]> }
  | { needsLab: true; run(context: LabContext): Promise<Sample[]> };
