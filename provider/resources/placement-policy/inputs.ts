/** Inputs of `PlacementPolicy`: the schema, and what is wrong between its parts. */
import { z } from "zod";
import { guestMemoryKiB } from "../../libvirt/definition/memory";
import { parseXml } from "../../libvirt/definition/xml";
import { duplicateHosts } from "../guest-placement/inputs";
import { connections, flag, text, whole } from "../shared/inputs";

const names = (what: string) => z.array(text(`the name of a ${what}`));
const several = names("guest").min(2, "must name two guests or more");
const some = (what: string) => names(what).min(1, `must name a ${what}`);
const mebibytes = whole("MiB", 0, 1_000_000_000);

const guest = z.strictObject(
  {
    uuid: text("a UUID"),
    name: text("a name"),
    definition: text("XML"),
    home: text("the name of a host").optional(),
    inMaintenance: z
      .enum(["migrate", "shutdown", "stay"], 'must be "migrate", "shutdown" or "stay"')
      .default("migrate"),
  },
  "must have a Domain",
);

const kinds = ["apart", "together", "on", "notOn"] as const;

const rule = z
  .strictObject({
    apart: several.optional(),
    together: several.optional(),
    guests: some("guest").optional(),
    on: some("host").optional(),
    notOn: some("host").optional(),
    strict: flag.default(true),
  })
  .superRefine((given, { addIssue }) => {
    const said = kinds.filter((kind) => given[kind] !== undefined);
    if (said.length !== 1) addIssue({ code: "custom", message: "must have one of apart, together, on and notOn" });
    const isAboutHosts = given.on !== undefined || given.notOn !== undefined;
    if (said.length === 1 && isAboutHosts !== (given.guests !== undefined))
      addIssue({
        code: "custom",
        path: ["guests"],
        message: isAboutHosts
          ? "must name the guests that the rule is for"
          : "must not be beside apart or together, which name the guests",
      });
  });

const byName = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

const shape = z.strictObject({
  hosts: connections.refine((hosts) => Object.keys(hosts).length > 0, "must have a host"),
  reserveMiB: byName(mebibytes).default({}),
  guests: byName(guest),
  rules: z.array(rule).default([]),
  maintenance: names("host").default([]),
  whenBack: z.enum(["return", "stay"], 'must be "return" or "stay"').default("return"),
  // Decided, so that dependants know them in previews.
  found: z
    .strictObject({
      hosts: byName(z.strictObject({ memoryMiB: z.number(), othersMiB: z.number() })),
      places: byName(z.string()),
    })
    .optional(),
  placements: byName(z.string()).optional(),
  powerStates: byName(z.enum(["running", "shut off"])).optional(),
  reasons: byName(z.string()).optional(),
  origins: byName(z.string()).optional(),
  brokenPreferences: z.array(z.string()).optional(),
});

export const policySchema = shape.superRefine((args, { addIssue }) => {
  for (const [path, message] of problemsBetween(args)) addIssue({ code: "custom", path, message });
});

export type PolicyInputs = z.infer<typeof shape>;
export type FoundFleet = NonNullable<PolicyInputs["found"]>;

type Problem = [path: (string | number)[], message: string];

function problemsBetween({ hosts, guests, reserveMiB, rules, maintenance }: PolicyInputs): Problem[] {
  const unknown = (what: string, all: object) => (path: (string | number)[], given: readonly string[]) =>
    given.flatMap((name, index): Problem[] => [
      ...(Object.hasOwn(all, name)
        ? []
        : ([[[...path, index], `is none of the ${what}: ${Object.keys(all).join(", ")}`]] as Problem[])),
      ...(given.indexOf(name) < index ? ([[[...path, index], "is named twice"]] as Problem[]) : []),
    ]);
  const [guestsIn, hostsIn] = [unknown("guests", guests), unknown("hosts", hosts)];
  const uuids = Object.values(guests).map(({ uuid }) => uuid);
  return [
    ...duplicateHosts(hosts).map((message): Problem => [["hosts"], message]),
    ...hostsIn(["maintenance"], maintenance),
    ...Object.keys(reserveMiB).flatMap((name): Problem[] =>
      Object.hasOwn(hosts, name)
        ? []
        : [[["reserveMiB", name], `is for none of the hosts: ${Object.keys(hosts).join(", ")}`]],
    ),
    ...rules.flatMap(({ apart = [], together = [], guests = [], on = [], notOn = [] }, index) => [
      ...guestsIn(["rules", index, "apart"], apart),
      ...guestsIn(["rules", index, "together"], together),
      ...guestsIn(["rules", index, "guests"], guests),
      ...hostsIn(["rules", index, "on"], on),
      ...hostsIn(["rules", index, "notOn"], notOn),
    ]),
    ...Object.entries(guests).flatMap(([name, { uuid, home, definition }], index): Problem[] => [
      ...(home !== undefined && !Object.hasOwn(hosts, home)
        ? ([[["guests", name, "home"], `is none of the hosts: ${Object.keys(hosts).join(", ")}`]] as Problem[])
        : []),
      ...(uuids.indexOf(uuid) < index
        ? ([[["guests", name], `is the domain that ${Object.keys(guests)[uuids.indexOf(uuid)]} is, too`]] as Problem[])
        : []),
      ...(memoryMiBOf(definition) > 0
        ? []
        : ([[["guests", name, "definition"], "must have a <memory>, so that room can be found for it"]] as Problem[])),
    ]),
  ];
}

/** NaN when it does not say. */
export function memoryMiBOf(definition: string): number {
  try {
    return Math.ceil(guestMemoryKiB(parseXml(definition)) / 1024);
  } catch {
    return Number.NaN;
  }
}
