/** Input `migration` of `QemuGuest`. */
import { z } from "zod";
import { autoConverge, flag, MiBps, onTimeout, postCopy, whole } from "../domain-placement/migration-inputs";
import { plainPath } from "../shared/inputs";

const port = whole("ports", 1024, 65_535);

export const qemuMigration = z
  .strictObject({
    bandwidthMiBps: MiBps.optional(),
    maxDowntimeMs: whole("milliseconds", 1, 2_000_000).optional(),
    tls: flag.default(true),
    tlsCredsDir: plainPath("folder of certificates").default("/etc/pki/qemu"),
    multifdChannels: whole("channels", 1, 255).optional(),
    autoConverge: autoConverge.optional(),
    postCopy: postCopy.optional(),
    timeoutSeconds: whole("seconds", 1, 604_800).optional(),
    onTimeout: onTimeout.default("abort"),
    ports: z.strictObject({ min: port, max: port }).default({ min: 49_152, max: 49_215 }),
  })
  .superRefine(({ multifdChannels, postCopy: wanted, onTimeout: action, timeoutSeconds, ports }, { addIssue }) => {
    const issue = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    if (multifdChannels !== undefined && wanted !== undefined)
      issue("postCopy", "cannot be used with multifdChannels: QEMU knows only one of them");
    if (action === "post-copy" && wanted === undefined) issue("onTimeout", "needs postCopy to be set as well");
    if (action !== "abort" && timeoutSeconds === undefined)
      issue("onTimeout", "needs timeoutSeconds: without it nothing times out");
    if (ports.min > ports.max) issue("ports", `must begin below its end, and ${ports.min} is above ${ports.max}`);
  });

/** What `migration` is when nothing is said of it. */
export const defaultQemuMigration = qemuMigration.parse({});
