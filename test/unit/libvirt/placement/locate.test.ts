import type { DomainFacts } from "../../../../provider/libvirt/domain-facts";
import { type Location, locate } from "../../../../provider/libvirt/placement/locate";

const facts = (state: string, more: Partial<DomainFacts> = {}): DomainFacts => {
  const [, word = state, reason = "booted"] = /^(.+) \((.+)\)$/.exec(state) ?? [];
  return {
    name: "a",
    state: word,
    reason,
    persistent: true,
    autostart: false,
    job: "none",
    definitionDigest: "d",
    ...more,
  };
};
const outgoing = facts("running", { job: "outgoing" });
const incoming = facts("paused (starting up)", { job: "incoming", persistent: false });
const where = (a: DomainFacts | undefined, b: DomainFacts | undefined, preferred = "a") =>
  locate(
    [
      { host: "a", names: new Map(), ...(a && { domain: a }) },
      { host: "b", names: new Map(), ...(b && { domain: b }) },
    ],
    preferred,
  );

test.each<[string, DomainFacts | undefined, DomainFacts | undefined, Partial<Location>]>([
  ["nowhere", undefined, undefined, { kind: "nowhere" }],
  ["on one", undefined, facts("running"), { kind: "at", host: "b", leftovers: [] }],
  [
    "on one, with a definition on the other",
    facts("shut off (migrated)"),
    facts("running (migrated)"),
    { kind: "at", host: "b", leftovers: ["a"] },
  ],
  ["paused by an operator", facts("paused (user)"), undefined, { kind: "at", host: "a" }],
  ["off on one", undefined, facts("shut off"), { kind: "at", host: "b" }],
  [
    "off on both: the preferred one counts",
    facts("shut off"),
    facts("shut off"),
    { kind: "at", host: "a", leftovers: ["b"] },
  ],
  ["moving", outgoing, incoming, { kind: "moving", from: "a", to: "b" }],
  ["about to move", outgoing, undefined, { kind: "moving", from: "a", to: undefined }],
  [
    "arriving while the source is not yet told",
    facts("running"),
    incoming,
    { kind: "moving", from: undefined, to: "b" },
  ],
])("%s", (_, a, b, expected) => {
  expect(where(a, b)).toMatchObject(expected);
});

test.each<[string, DomainFacts | undefined, DomainFacts | undefined, RegExp]>([
  [
    "running twice",
    facts("running"),
    facts("running (migrated)"),
    /running \(booted\) on a and running \(migrated\) on b .* suspend/,
  ],
  ["cut off after the switch", facts("paused (api error)"), facts("running (migrated)"), /`virsh destroy` the shell/],
  ["cut off before the switch", facts("paused (migrating)"), undefined, /No other candidate has it.*`virsh resume`/],
  [
    "cut off, with a definition elsewhere",
    facts("paused (migrating)"),
    facts("shut off"),
    /also shut off \(booted\) on b/,
  ],
])("%s is for the operator to decide", (_, a, b, reason) => {
  const location = where(a, b);
  expect(location).toMatchObject({ kind: "unclear", reason: expect.stringMatching(reason) });
});
