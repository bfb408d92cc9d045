/** Inputs of `DomainPlacement`. */
import { z } from "zod";
import type { Placement } from "../libvirt/placement/placement";
import { defaultMigration, migration } from "./migration.schema";
import { hostAt } from "./reach";
import { connection, hypervisor, text } from "./schemas";

const seconds = z
  .number("must be a number of seconds")
  .positive("must be above 0")
  .max(86_400, "must be 86400 at most");

/** A hypervisor: how it is reached, and what migrations of it are to keep to. */
const candidate = connection.extend(hypervisor);

export const placementSchema = z
  .strictObject({
    domain: z.strictObject({ uuid: text("a UUID"), name: text("a name"), definition: text("XML") }, "must be a Domain"),
    host: text("the name of a Host"),
    candidates: z.record(z.string(), candidate, "must be Hosts"),
    powerState: z.enum(["running", "shut off"], 'must be "running" or "shut off"').default("running"),
    autostart: z.boolean("must be true or false").default(false),
    migration: migration.default(defaultMigration),
    onDelete: z.enum(["shutdown", "destroy", "keep"], 'must be "shutdown", "destroy" or "keep"').default("shutdown"),
    shutdownTimeoutSeconds: seconds.default(120),
    adopt: z.boolean("must be true or false").default(false),
    fenced: z.array(text("the name of a Host")).default([]),
  })
  .superRefine(({ host, candidates, powerState, autostart, fenced, migration: { persistent } }, { addIssue }) => {
    const names = Object.keys(candidates);
    for (const name of fenced.filter((one) => !names.includes(one)))
      addIssue({
        code: "custom",
        path: ["fenced"],
        message: `must be some of the candidates (${names.join(", ")}), and ${name} is not`,
      });
    if (fenced.includes(host))
      addIssue({
        code: "custom",
        path: ["fenced"],
        message: `must not have ${host}, where the guest shall be: set host to another candidate`,
      });
    if (!names.includes(host))
      addIssue({
        code: "custom",
        path: ["host"],
        message: `must be one of the candidates (${names.join(", ")}): add the Host to them`,
      });
    const transient = "must be %, since migration.persistent is false: a transient guest has no definition";
    if (!persistent && powerState === "shut off")
      addIssue({ code: "custom", path: ["powerState"], message: transient.replace("%", '"running"') });
    if (!persistent && autostart)
      addIssue({ code: "custom", path: ["autostart"], message: transient.replace("%", "false") });
    for (const message of twins(candidates)) addIssue({ code: "custom", path: ["candidates"], message });
  });

/** One machine under two names would look like a guest that runs twice. */
function twins(candidates: Readonly<Record<string, z.infer<typeof candidate>>>): string[] {
  const named = Object.entries(candidates);
  return named.flatMap(([name, { address, port }], index) =>
    named
      .slice(index + 1)
      .filter(([, other]) => other.address === address && other.port === port)
      .map(([other]) => `must be different machines, and ${name} and ${other} are both ${address}: leave one out`),
  );
}

export type PlacementInputs = z.infer<typeof placementSchema>;

const defaultMigrations = 2;

/** As libvirt's side of the provider takes it. */
export function placementOf(args: PlacementInputs): Placement {
  const candidates = Object.entries(args.candidates).map(([name, given]) => ({
    name,
    address: given.address,
    port: given.port ?? 22,
    migrationAddress: given.migrationAddress,
    maxOutgoingMigrations: given.maxOutgoingMigrations ?? defaultMigrations,
    maxIncomingMigrations: given.maxIncomingMigrations ?? defaultMigrations,
    host: hostAt(given),
  }));
  return { ...args, candidates };
}
