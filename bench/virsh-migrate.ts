/**
 * `npm run bench`: how long a plain `virsh migrate` takes in the lab, encrypted and unencrypted in turn. The provider's
 * own moves are compared with it. Raw figures go to bench/results/.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastMigration, migrateCommand, startGuest } from "../lab/by-hand/guest";
import { shareFolder } from "../lab/by-hand/nfs";
import { exchangeCertificates } from "../lab/by-hand/tls";
import { guests } from "../lab/guest/build";
import { defaultHosts } from "../lab/hosts";
import { Lab } from "../lab/lab";
import { repository } from "../lab/paths";
import { setupSteps } from "../lab/setup";
import { runSteps } from "../lab/steps";
import { runMain } from "../lab/terminal";

interface Sample {
  variant: string;
  from: string;
  to: string;
  /** Duration of the command. */
  commandMs: number;
  /** libvirt's own figures. */
  totalTimeMs: number;
  downtimeMs: number;
}

const rounds = Number(process.argv[2] ?? 5);
const lab = new Lab("bench");
const [nas, hvA, hvB] = [lab.host("nas"), lab.host("hv-a"), lab.host("hv-b")];
const guest = { name: "dirty", folder: "/srv/vm", memoryMiB: 96 };
const variants = { encrypted: { tls: true }, unencrypted: { tls: false } };
const samples: Sample[] = [];

async function measure(variant: keyof typeof variants, from: typeof hvA, to: typeof hvA): Promise<void> {
  const start = performance.now();
  await from.exec(migrateCommand(guest, to, variants[variant]));
  const commandMs = Math.round(performance.now() - start);
  samples.push({ variant, from: from.name, to: to.name, commandMs, ...(await lastMigration(to, guest.name)) });
}

/** Both variants go both ways in each round, so that differences between the hosts affect both alike. */
async function round(): Promise<void> {
  for (const variant of Object.keys(variants) as (keyof typeof variants)[]) {
    await measure(variant, hvA, hvB);
    await measure(variant, hvB, hvA);
  }
}

function median(variant: string, key: "commandMs" | "totalTimeMs" | "downtimeMs"): number {
  const sorted = samples
    .filter((sample) => sample.variant === variant)
    .map((sample) => sample[key])
    .sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function report(): string {
  const rows = (["commandMs", "totalTimeMs", "downtimeMs"] as const).map((key) => {
    const [encrypted, unencrypted] = [median("encrypted", key), median("unencrypted", key)];
    return `${key}: encrypted ${encrypted}, unencrypted ${unencrypted}, ratio ${(encrypted / unencrypted).toFixed(2)}`;
  });
  return [`Medians of ${rounds * 2} moves each:`, ...rows].join("\n");
}

runMain(async () => {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`Bad number of rounds: ${process.argv[2]}. Use 1 or more.`);
  try {
    await runSteps([
      { title: "Taking down the lab of the last benchmark", run: (tell) => lab.down(tell) },
      ...setupSteps({ labs: [lab], hosts: defaultHosts, pulumi: false }),
      { title: "Shared storage", run: () => shareFolder(nas, [hvA, hvB], guest.folder) },
      { title: "Certificates", run: () => exchangeCertificates([hvA, hvB]) },
      { title: "Guest", run: () => startGuest(nas, hvA, guest, guests.dirty) },
      ...Array.from({ length: rounds }, (_, index) => ({ title: `Round ${index + 1} of ${rounds}`, run: round })),
    ]);
  } finally {
    await lab.down();
  }
  const folder = join(repository, "bench/results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `virsh-migrate-${new Date().toISOString().slice(0, 16).replace(":", "")}.json`);
  writeFileSync(file, `${JSON.stringify({ guest, options: guests.dirty, samples }, null, 2)}\n`);
  console.log(`\n${report()}\nRaw figures: ${file}`);
});
