/**
 * `npm run bench`: measures what the project costs beside what it is compared with, in a lab of its own. Ends with the
 * targets, and with exit code 0 also when some are missed.
 */
import { join } from "node:path";
import { buildProvider } from "../lab/build-provider";
import { defaultHosts } from "../lab/hosts";
import { Lab } from "../lab/lab";
import { repository } from "../lab/paths";
import { runAttached } from "../lab/process";
import { setupSteps } from "../lab/setup";
import { runSteps } from "../lab/steps";
import { runMain, UserError } from "../lab/terminal";
import { chosenParts } from "./chosen";

const lab = new Lab(process.env.KVM_LIVE_LAB ?? "bench");

runMain(async () => {
  const needsLab = chosenParts(process.argv.slice(2)).chosen.some(([, part]) => part.needsLab);
  const measure = [process.execPath, "--import", "tsx", join(repository, "bench/measure.ts"), ...process.argv.slice(2)];
  const env = { ...process.env, KVM_LIVE_LAB: lab.name };
  try {
    await runSteps([
      { title: "Building the provider", run: buildProvider },
      ...(needsLab
        ? [
            {
              title: "Taking down the lab of the last benchmark",
              run: (tell: (line: string) => void) => lab.down(tell),
            },
            ...setupSteps({ labs: [lab], hosts: defaultHosts, pulumi: true }),
          ]
        : []),
    ]);
    const exitCode = await runAttached(needsLab ? lab.enter(measure) : measure, { env });
    if (exitCode !== 0) throw new UserError("The benchmark did not come to its end.");
  } finally {
    if (needsLab) await lab.down();
  }
});
