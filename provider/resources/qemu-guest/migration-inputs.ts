/** Input `migration` of `QemuGuest`. */
import { z } from "zod";
import { migrationLimits } from "../guest-placement/migration-inputs";
import { flag, plainPath, whole } from "../shared/inputs";

const port = whole("ports", 1024, 65_535);

export const qemuMigration = z
  .strictObject({
    ...migrationLimits,
    tls: flag.default(true),
    tlsCredsDir: plainPath("folder of certificates").default("/etc/pki/qemu"),
    multifdChannels: whole("channels", 1, 255).optional(),
    ports: z.strictObject({ min: port, max: port }).default({ min: 49_152, max: 49_215 }),
  })
  .superRefine(({ postCopy: wanted, onTimeout: action, timeoutSeconds, ports }, { addIssue }) => {
    const issue = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    if (action === "post-copy" && wanted === undefined) issue("onTimeout", "needs postCopy to be set, too");
    if (action !== "abort" && timeoutSeconds === undefined)
      issue("onTimeout", "needs timeoutSeconds: without it nothing times out");
    if (ports.min > ports.max) issue("ports", `must begin below its end, and ${ports.min} is above ${ports.max}`);
  });

/** The default of the input `migration`. */
export const defaultQemuMigration = qemuMigration.parse({});
