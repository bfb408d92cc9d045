/** Measures, where run.ts has made a lab for it: within the lab's network. */
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { Lab } from "../lab/lab";
import { repository } from "../lab/paths";
import { runMain } from "../lab/terminal";
import { tableText } from "../provider/util/table";
import { chosenParts } from "./chosen";
import { plotsOf } from "./plots";
import type { Sample } from "./sample";
import { verdicts } from "./targets";

const seconds = (since: Date): string => ((Date.now() - since.getTime()) / 1000).toFixed(0).padStart(4);

runMain(async () => {
  const { scaleName, scale, chosen } = chosenParts(process.argv.slice(2));
  const lab = new Lab(process.env.KVM_LIVE_LAB);
  const startedAt = new Date();
  const samples: Record<string, Sample[]> = {};
  for (const [name, part] of chosen) {
    const report = (line: string) => console.log(`${seconds(startedAt)} ${name}: ${line}`);
    report("begins");
    samples[name] = part.needsLab ? await part.run({ scale, report, lab }) : await part.run({ scale, report });
  }
  const folder = join(repository, "bench/results");
  mkdirSync(folder, { recursive: true });
  const name = `${scaleName}-${startedAt.toISOString().slice(0, 16).replace(":", "")}`;
  const file = join(folder, `${name}.json`);
  const machine = {
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    arch: arch(),
    node: process.version,
  };
  const met = verdicts(Object.values(samples).flat());
  const result = { scale: scaleName, startedAt, seconds: Number(seconds(startedAt)), machine, targets: met, samples };
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
  for (const [plot, text] of Object.entries(plotsOf(Object.values(samples).flat())))
    writeFileSync(join(folder, `${name}-${plot}`), text);
  const rows = met.map(({ text, atMost, measured, met: isMet }) => [text, atMost, measured, isMet]);
  console.log(`\n${tableText(["Target", "At most", "Measured", "Met"], rows)}\nAll samples: ${file}`);
});
