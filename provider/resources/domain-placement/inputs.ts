/** Inputs of `DomainPlacement`. */
import { z } from "zod";
import { placementInputs, placementIssues } from "../guest-placement/inputs";
import { flag, text } from "../shared/inputs";
import { anyOf, choiceIssues } from "./any-of";
import { defaultMigration, migration } from "./migration-inputs";

export const placementSchema = z
  .strictObject({
    domain: z.strictObject({ uuid: text("a UUID"), name: text("a name"), definition: text("XML") }, "must be a Domain"),
    ...placementInputs,
    // With anyOf it is decided in check, so that dependants know it in previews.
    host: placementInputs.host.optional(),
    anyOf: anyOf.optional(),
    powerState: z.enum(["running", "shut off"], 'must be "running" or "shut off"').default("running"),
    autostart: flag.default(false),
    migration: migration.default(defaultMigration),
    adopt: flag.default(false),
  })
  .superRefine(
    ({ host, anyOf, candidates: among, powerState, autostart, fenced, migration: { persistent } }, { addIssue }) => {
      const issues = [
        ...placementIssues({ host, candidates: among, fenced }),
        ...choiceIssues({ host, anyOf, fenced }, Object.keys(among)),
      ];
      for (const issue of issues) addIssue({ code: "custom", ...issue });
      const transient = "must be %, since migration.persistent is false: a transient guest has no definition";
      if (!persistent && powerState === "shut off")
        addIssue({ code: "custom", path: ["powerState"], message: transient.replace("%", '"running"') });
      if (!persistent && autostart)
        addIssue({ code: "custom", path: ["autostart"], message: transient.replace("%", "false") });
    },
  );

export type PlacementInputs = z.infer<typeof placementSchema>;
