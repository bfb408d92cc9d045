/** Whether OpenTofu with its provider for libvirt can be built here, as what the project would be compared with. */
import { runAnyway } from "../../lab/process";
import type { Part } from "../part";

/** Pinned, as anything that is compared with. */
const modules = ["github.com/opentofu/opentofu@v1.10.6", "github.com/dmacvicar/terraform-provider-libvirt@v0.9.7"];

/** @returns why the Go module proxy does not give it; undefined when it does */
async function missing(module: string): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await runAnyway(["go", "mod", "download", "-json", module]);
  if (exitCode === 0) return undefined;
  const said = /"Error": "(.*)"/.exec(stdout)?.[1] ?? stderr.trim();
  return `${module} is not to be had: ${said}`;
}

export const peer: Part = {
  needsLab: false,
  async run({ report }) {
    const reasons = (await Promise.all(modules.map(missing))).filter((reason) => reason !== undefined);
    report(
      `left out. ${reasons.length > 0 ? reasons.join(" ") : "Both are to be had, and nothing measures them yet."}`,
    );
    return [];
  },
};
