/** Inputs that every `migration` has: what the provider itself holds a migration to. */
import { z } from "zod";
import { text, whole } from "../shared/inputs";

const MiBps = whole("MiB/s", 1, 1_000_000);
const percent = whole("percent", 1, 99);

export const migrationLimits = {
  trustedImages: z.array(text("path of an image").regex(/^\//, "must be an absolute path")).optional(),
  bandwidthMiBps: MiBps.optional(),
  maxDowntimeMs: whole("milliseconds", 1, 2_000_000).optional(),
  autoConverge: z
    .union([z.boolean(), z.strictObject({ initialPercent: percent.optional(), incrementPercent: percent.optional() })])
    .optional(),
  postCopy: z
    .strictObject({
      when: z
        .enum(["after-precopy", "when-stalled"], 'must be "after-precopy" or "when-stalled"')
        .default("when-stalled"),
      bandwidthMiBps: MiBps.optional(),
    })
    .optional(),
  timeoutSeconds: whole("seconds", 1, 604_800).optional(),
  onTimeout: z.enum(["abort", "suspend", "post-copy"], 'must be "abort", "suspend" or "post-copy"').default("abort"),
};
