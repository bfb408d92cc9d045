/** What a decision says, and in which words it is refused. */
import { decide } from "../../../provider/placement-policy/decide";
import type { Decision, Fleet, FleetGuest, Rule } from "../../../provider/placement-policy/fleet";

const host = (name: string, memoryMiB = 8192) => ({ name, memoryMiB, reserveMiB: 1024, othersMiB: 0 });
const guest = (name: string, at?: string, more: Partial<FleetGuest> = {}): FleetGuest => ({
  name,
  memoryMiB: 2048,
  at,
  before: undefined,
  home: undefined,
  inMaintenance: "migrate",
  origin: undefined,
  ...more,
});
const rule = (kind: Rule["kind"], guests: string[], more: Partial<Rule> = {}): Omit<Rule, "place"> => ({
  kind,
  guests,
  hosts: [],
  strict: true,
  ...more,
});

interface Given {
  guests: FleetGuest[];
  hosts?: Fleet["hosts"];
  maintenance?: string[];
  rules?: Omit<Rule, "place">[];
  whenBack?: Fleet["whenBack"];
}

const fleet = ({ hosts = [host("hv-a"), host("hv-b"), host("hv-c")], rules = [], ...given }: Given): Fleet => ({
  maintenance: [],
  whenBack: "return",
  ...given,
  hosts,
  rules: rules.map((one, index) => ({ ...one, place: `rules.${index}` })),
});

function decided(given: Given): Decision {
  const decision = decide(fleet(given));
  if ("unsatisfiable" in decision) throw new Error(JSON.stringify(decision));
  return decision;
}

const saidOf = (given: Given) => {
  const { placements, reasons } = decided(given);
  return Object.fromEntries([...placements].map(([name, place]) => [name, `${place}: ${reasons.get(name)}`]));
};

const refusals = (given: Given, steps?: number) => {
  const decision = decide(fleet(given), steps);
  return "unsatisfiable" in decision ? decision.unsatisfiable.map(({ reason }) => reason) : [];
};

test("a drained host's guests go where most room is, the home first, and remember where they were", () => {
  const given = {
    guests: [
      guest("web", "hv-a", { home: "hv-b" }),
      guest("db", "hv-a", { home: "hv-a" }), // to which it returns, and that goes without saying
      guest("mail", "hv-c"),
    ],
    maintenance: ["hv-a"],
  };
  expect(saidOf(given)).toEqual({
    web: "hv-b: leaves hv-a, which is in maintenance",
    db: "hv-b: leaves hv-a, which is in maintenance",
    mail: "hv-c: stays",
  });
  expect(decided(given).origins).toEqual(
    new Map([
      ["web", "hv-a"],
      ["db", "hv-a"],
    ]),
  );
});

test.each<[string, Partial<FleetGuest>, Partial<Given>, string]>([
  ["returns", { origin: "hv-a" }, {}, "hv-a: returns: hv-a is no longer in maintenance"],
  ["stays when the policy says so", { origin: "hv-a" }, { whenBack: "stay" }, "hv-b: stays"],
  ["waits for it", { origin: "hv-a" }, { maintenance: ["hv-a"] }, "hv-b: stays until hv-a is no longer in maintenance"],
  [
    "goes to the first of two",
    { origin: "hv-a" },
    { maintenance: ["hv-b"] },
    "hv-a: returns: hv-a is no longer in maintenance",
  ],
  ["goes home", { origin: "hv-c", home: "hv-a" }, {}, "hv-a: returns to its home"],
  [
    "stays for want of room",
    { origin: "hv-a" },
    { hosts: [host("hv-a", 2048), host("hv-b")] },
    "hv-b: cannot return to hv-a yet, for want of room or because of a rule",
  ],
  ["without an origin has nothing to return to, whatever its home", { home: "hv-a" }, {}, "hv-b: stays"],
])("a guest that was drained %s", (_what, more, given, said) => {
  expect(saidOf({ guests: [guest("web", "hv-b", more)], ...given })).toEqual({ web: said });
});

test("drained from one host after the other, the first one stays the origin", () => {
  const { origins } = decided({ guests: [guest("web", "hv-b", { origin: "hv-a" })], maintenance: ["hv-a", "hv-b"] });
  expect(origins).toEqual(new Map([["web", "hv-a"]]));
});

test("guests that stay or are shut down in maintenance", () => {
  const given: Given = {
    guests: [guest("web", "hv-a", { inMaintenance: "shutdown" }), guest("db", "hv-a", { inMaintenance: "stay" })],
    maintenance: ["hv-a"],
  };
  expect(saidOf(given)).toEqual({
    web: "hv-a: is off while hv-a is in maintenance",
    db: "hv-a: stays while hv-a is in maintenance",
  });
  expect(decided(given).shutOff).toEqual(new Set(["web"]));
});

test("first placements: at home, or where most room is", () => {
  const guests = [guest("web", undefined, { home: "hv-b" }), guest("db"), guest("mail", "hv-c")];
  expect(saidOf({ guests })).toEqual({ web: "hv-b: its home", db: "hv-a: has no host yet", mail: "hv-c: stays" });
});

test("a preference moves nothing by itself; it is named when it is broken", () => {
  const guests = [guest("web", "hv-a"), guest("db", "hv-a")];
  const rules = [
    rule("apart", ["web", "db"], { strict: false }),
    rule("on", ["db"], { hosts: ["hv-b"], strict: false }),
    rule("notOn", ["web"], { hosts: ["hv-a"], strict: false }),
  ];
  const { placements, brokenPreferences } = decided({ guests, rules });
  expect([...placements.values()]).toEqual(["hv-a", "hv-a"]);
  expect(brokenPreferences).toEqual([
    "rules.0: web is on hv-a and db is on hv-a, and should be apart",
    "rules.1: db is on hv-a, and should be on hv-b",
    "rules.2: web is on hv-a, and should not be on hv-a",
  ]);
});

test("a strict rule that is broken moves one guest", () => {
  const guests = [guest("web", "hv-a"), guest("db", "hv-a")];
  const { placements } = decided({ guests, rules: [rule("apart", ["web", "db"])] });
  expect(new Set(placements.values()).size).toBe(2);
  expect([...placements.values()]).toContain("hv-a");
});

test("a host that has too little already keeps its guests, and gets none", () => {
  const hosts = [{ ...host("hv-a", 4096), othersMiB: 4000 }, host("hv-b")];
  expect(saidOf({ hosts, guests: [guest("web", "hv-a"), guest("db")] })).toEqual({
    web: "hv-a: stays",
    db: "hv-b: has no host yet",
  });
});

test("room counts once a guest has left it: no move waits for another one", () => {
  const hosts = [host("hv-a", 3072), host("hv-b", 3072), host("hv-c", 3072)];
  const guests = [guest("web", "hv-a"), guest("db", "hv-b")];
  expect(refusals({ hosts, guests, rules: [rule("on", ["web"], { hosts: ["hv-b"] })] })).toEqual([
    "web (2048 MiB) has no host: hv-a is excluded by rules.0; hv-b has room for 0 MiB; hv-c is excluded by rules.0",
  ]);
});

test("all that no host can take is named at once, with what each host says", () => {
  const given = {
    guests: [guest("web", "hv-a", { memoryMiB: 8000 }), guest("db", "hv-a"), guest("mail", "hv-b")],
    rules: [rule("notOn", ["db"], { hosts: ["hv-b", "hv-c"] }), rule("together", ["db", "mail"], { strict: false })],
    maintenance: ["hv-a"],
  };
  expect(refusals(given)).toEqual([
    "web (8000 MiB) has no host: hv-a is in maintenance; hv-b has room for 5120 MiB; hv-c has room for 7168 MiB",
    "db (2048 MiB) has no host: hv-a is in maintenance; hv-b is excluded by rules.0; hv-c is excluded by rules.0",
  ]);
});

test("rules that contradict each other are named", () => {
  const rules = [rule("together", ["web", "db"]), rule("apart", ["web", "db"])];
  expect(refusals({ guests: [guest("web"), guest("db")], rules })).toEqual([
    "web and db have to be together by other strict rules, and apart by rules.1",
  ]);
});

/** As many guests as hosts, of which all but one are too few. */
const crowd = Array.from({ length: 4 }, (_, index) => guest(`g${index}`, undefined, { memoryMiB: 5000 }));

test("who is left over when the others have a place, proven to be without one", () => {
  expect(refusals({ guests: crowd })).toEqual([
    "g3 (5000 MiB) has no host beside the others: hv-a has room for 2168 MiB; hv-b has room for 2168 MiB; hv-c has room for 2168 MiB. No assignment suits all guests",
  ]);
  const apart = [rule("apart", ["g0", "g1", "g2", "g3"])];
  const small = crowd.map((one) => ({ ...one, memoryMiB: 1 }));
  expect(refusals({ guests: small, rules: apart })[0]).toMatch(
    /^g3 \(1 MiB\) has no host beside the others: hv-a has a guest that rules.0 keeps apart from it;/,
  );
});

test("a search that was given up proves nothing, and says so", () => {
  expect(refusals({ guests: crowd }, 5)[0]).toMatch(
    /The search was given up, so it is not proven that no assignment suits all guests$/,
  );
});
