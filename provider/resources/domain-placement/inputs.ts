/** Inputs of `DomainPlacement`. */
import { z } from "zod";
import { candidates, placementIssues, seconds } from "../guest-placement/inputs";
import { text } from "../shared/inputs";
import { defaultMigration, migration } from "./migration-inputs";

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
      for (const issue of placementIssues({ host, candidates: among, fenced })) addIssue({ code: "custom", ...issue });
      const transient = "must be %, since migration.persistent is false: a transient guest has no definition";
      if (!persistent && powerState === "shut off")
        addIssue({ code: "custom", path: ["powerState"], message: transient.replace("%", '"running"') });
      if (!persistent && autostart)
        addIssue({ code: "custom", path: ["autostart"], message: transient.replace("%", "false") });
    },
  );

export type PlacementInputs = z.infer<typeof placementSchema>;
