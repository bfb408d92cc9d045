/** Inputs of `DomainPlacement`. */
import { z } from "zod";
import { connections, text } from "./schemas";

const seconds = z
  .number("must be a number of seconds")
  .positive("must be above 0")
  .max(86_400, "must be 86400 at most");

const migration = z.strictObject({
  bandwidthMiBps: z.int("must be a whole number of MiB/s").min(1, "must be 1 or more").max(1_000_000).optional(),
});

export const placementSchema = z
  .strictObject({
    domain: z.strictObject({ uuid: text("a UUID"), name: text("a name"), definition: text("XML") }, "must be a Domain"),
    host: text("the name of a Host"),
    candidates: connections,
    powerState: z.enum(["running", "shut off"], 'must be "running" or "shut off"').default("running"),
    autostart: z.boolean("must be true or false").default(false),
    migration: migration.default({}),
    onDelete: z.enum(["shutdown", "destroy", "keep"], 'must be "shutdown", "destroy" or "keep"').default("shutdown"),
    shutdownTimeoutSeconds: seconds.default(120),
    adopt: z.boolean("must be true or false").default(false),
  })
  .superRefine(({ host, candidates }, { addIssue }) => {
    const names = Object.keys(candidates);
    if (!names.includes(host))
      addIssue({
        code: "custom",
        path: ["host"],
        message: `must be one of the candidates (${names.join(", ")}): add the Host to them`,
      });
    for (const message of twins(candidates)) addIssue({ code: "custom", path: ["candidates"], message });
  });

/** One machine under two names would look like a guest that runs twice. */
function twins(candidates: z.infer<typeof connections>): string[] {
  const named = Object.entries(candidates);
  return named.flatMap(([name, { address, port }], index) =>
    named
      .slice(index + 1)
      .filter(([, other]) => other.address === address && other.port === port)
      .map(([other]) => `must be different machines, and ${name} and ${other} are both ${address}: leave one out`),
  );
}

export type PlacementInputs = z.infer<typeof placementSchema>;
