/** A fleet in words that need no Pulumi and no hosts: what a decision is made of, and what it is. */

export interface FleetHost {
  name: string;
  /** Memory of the machine. */
  memoryMiB: number;
  /** Memory that no guest may have. */
  reserveMiB: number;
  /** Memory that guests take there which are not of this fleet. */
  othersMiB: number;
}

export interface FleetGuest {
  name: string;
  memoryMiB: number;
  /** The host where it is now; undefined when it is on none. */
  at: string | undefined;
  /** The host that an earlier decision has given it. */
  before: string | undefined;
  /** The host where it is placed first, and to which it returns. */
  home: string | undefined;
  /** What it does when its host goes into maintenance. */
  inMaintenance: "migrate" | "shutdown" | "stay";
  /** The host that it had to leave for maintenance, the first one of several. */
  origin: string | undefined;
}

export interface Rule {
  kind: "apart" | "together" | "on" | "notOn";
  guests: readonly string[];
  /** Of `on` and `notOn`. */
  hosts: readonly string[];
  /** False: a preference. */
  strict: boolean;
  /** Where the program has it, e.g. `rules.0`. */
  place: string;
}

export interface Fleet {
  hosts: readonly FleetHost[];
  guests: readonly FleetGuest[];
  /** Names of hosts on which nothing is placed. */
  maintenance: readonly string[];
  rules: readonly Rule[];
  whenBack: "return" | "stay";
}

export interface Decision {
  /** Names of hosts by the names of the guests, as all that follows. */
  placements: ReadonlyMap<string, string>;
  reasons: ReadonlyMap<string, string>;
  /** Guests that are not where they were first. */
  origins: ReadonlyMap<string, string>;
  /** Guests that are off while their host is in maintenance. */
  shutOff: ReadonlySet<string>;
  /** In words. */
  brokenPreferences: readonly string[];
  /** Whether it is proven that no other one has fewer moves. */
  isFewest: boolean;
}

/** What cannot be satisfied, and for which guests. */
export interface Unsatisfiable {
  guests: readonly string[];
  reason: string;
}
