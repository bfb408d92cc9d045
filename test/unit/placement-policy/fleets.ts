/** Random fleets, small enough for going through all assignments. */
import fc from "fast-check";
import type { Fleet, FleetGuest, FleetHost, Rule } from "../../../provider/placement-policy/fleet";

const hostNames = ["hv-a", "hv-b", "hv-c"];
const guestNames = ["web", "db", "mail", "cache"];

const someHost = fc.constantFrom(...hostNames);
const maybeHost = fc.option(someHost, { nil: undefined, freq: 3 });

const hosts = fc.tuple(
  ...hostNames.map((name) =>
    fc.record<FleetHost>({
      name: fc.constant(name),
      memoryMiB: fc.integer({ min: 4, max: 14 }),
      reserveMiB: fc.integer({ min: 0, max: 2 }),
      othersMiB: fc.integer({ min: 0, max: 3 }),
    }),
  ),
);

const guest = (name: string) =>
  fc.record<FleetGuest>({
    name: fc.constant(name),
    memoryMiB: fc.integer({ min: 1, max: 4 }),
    at: maybeHost,
    before: maybeHost,
    home: maybeHost,
    inMaintenance: fc.constantFrom("migrate", "migrate", "shutdown", "stay"),
    origin: maybeHost,
  });

const rule = fc.record<Omit<Rule, "place">>({
  kind: fc.constantFrom("apart", "together", "on", "notOn"),
  guests: fc.subarray(guestNames, { minLength: 2, maxLength: 3 }),
  hosts: fc.subarray(hostNames, { minLength: 1, maxLength: 2 }),
  strict: fc.boolean(),
});

export const fleets: fc.Arbitrary<Fleet> = fc.record({
  hosts,
  guests: fc.tuple(...guestNames.map(guest)),
  maintenance: fc.subarray(hostNames, { maxLength: 2 }),
  rules: fc
    .array(rule, { maxLength: 4 })
    .map((rules) => rules.map((one, index) => ({ ...one, place: `rules.${index}` }))),
  whenBack: fc.constantFrom("return", "stay"),
});
