/** What loading the compiled provider adds to Pulumi's provider process, which has loaded Pulumi's SDK already. */
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import type { Part } from "../part";
import type { Sample } from "../sample";

/** Prints milliseconds: by the clock, and of CPU time, which other processes of the machine change less. */
const script = `
  require("@pulumi/pulumi");
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const { handlers } = require(process.argv[1]);
  if (process.argv[2]) handlers[process.argv[2]];
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ ms: performance.now() - start, cpuMs: (user + system) / 1000 }));
  process.exit(0);`;

async function load(type: string): Promise<Sample[]> {
  const argv = [process.execPath, "-e", script, join(repository, "dist/provider.js"), type];
  const { ms, cpuMs } = JSON.parse((await run(argv, { cwd: repository })).stdout) as Record<"ms" | "cpuMs", number>;
  const what = type === "" ? "load of the provider alone" : type === "DomainPlacement" ? "load" : `load of ${type}`;
  return [
    { what, of: "ours", value: ms, unit: "ms" },
    { what: `${what}: CPU`, of: "ours", value: cpuMs, unit: "ms" },
  ];
}

export const moduleLoad: Part = {
  needsLab: false,
  async run({ scale }) {
    const samples: Sample[] = [];
    for (let repeat = 0; repeat < 3 * scale.repeats; repeat++)
      for (const type of ["", "Domain", "DomainPlacement"]) samples.push(...(await load(type)));
    return samples;
  },
};
