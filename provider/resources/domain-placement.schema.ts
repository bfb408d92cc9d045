/** Inputs of `DomainPlacement`. */
import { z } from "zod";
import { limitsOf } from "../libvirt/migration/options";
import { libvirtDriver } from "../libvirt/placement/driver";
import type { Placement } from "../placement/placement";
import { digest } from "../util/identity";
import { defaultMigration, migration } from "./migration.schema";
import { candidates, candidatesOf, placeIssues, seconds } from "./placing.schema";
import { text } from "./schemas";

export const placementSchema = z
  .strictObject({
    domain: z.strictObject({ uuid: text("a UUID"), name: text("a name"), definition: text("XML") }, "must be a Domain"),
    host: text("the name of a Host"),
    candidates,
    powerState: z.enum(["running", "shut off"], 'must be "running" or "shut off"').default("running"),
    autostart: z.boolean("must be true or false").default(false),
    migration: migration.default(defaultMigration),
    onDelete: z.enum(["shutdown", "destroy", "keep"], 'must be "shutdown", "destroy" or "keep"').default("shutdown"),
    shutdownTimeoutSeconds: seconds.default(120),
    adopt: z.boolean("must be true or false").default(false),
    fenced: z.array(text("the name of a Host")).default([]),
  })
  .superRefine(
    ({ host, candidates: among, powerState, autostart, fenced, migration: { persistent } }, { addIssue }) => {
      for (const issue of placeIssues({ host, candidates: among, fenced })) addIssue({ code: "custom", ...issue });
      const transient = "must be %, since migration.persistent is false: a transient guest has no definition";
      if (!persistent && powerState === "shut off")
        addIssue({ code: "custom", path: ["powerState"], message: transient.replace("%", '"running"') });
      if (!persistent && autostart)
        addIssue({ code: "custom", path: ["autostart"], message: transient.replace("%", "false") });
    },
  );

export type PlacementInputs = z.infer<typeof placementSchema>;

/** As the rest of the provider takes it. */
export function placementOf(args: PlacementInputs): Placement {
  const { domain, migration } = args;
  return {
    ...args,
    candidates: candidatesOf(args.candidates),
    mark: digest(domain.definition),
    persistent: migration.persistent,
    limits: limitsOf(migration),
    driver: libvirtDriver({ domain, migration }),
  };
}
