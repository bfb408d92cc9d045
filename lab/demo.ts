/**
 * `npm run demo`: a running guest moves between two real hosts and back, by plain `virsh migrate`.
 * It has a lab of its own, always fresh, and leaves it up for looking around.
 */
import { counterOf, lastMigration, migrateCommand, startGuest } from "./by-hand/guest";
import { shareFolder } from "./by-hand/nfs";
import { exchangeCertificates } from "./by-hand/tls";
import { guests } from "./guest/build";
import { defaultHosts } from "./hosts";
import { Lab } from "./lab";
import type { LabHost } from "./lab-host";
import { setupSteps } from "./setup";
import { runSteps, type Step } from "./steps";
import { runMain } from "./terminal";

const lab = new Lab("demo");
const [nas, hvA, hvB] = [lab.host("nas"), lab.host("hv-a"), lab.host("hv-b")];
const guest = { name: "beat", folder: "/srv/vm", memoryMiB: 64 };
const moves: [from: LabHost, to: LabHost][] = [
  [hvA, hvB],
  [hvB, hvA],
];

runMain(async () => {
  const figures: string[] = [];
  await runSteps([
    { title: "Taking down the last demo's lab", run: (report) => lab.down(report) },
    ...setupSteps({ lab, hosts: defaultHosts, pulumi: false }),
    { title: `${guest.folder} of nas mounted on hv-a and hv-b`, run: () => shareFolder(nas, [hvA, hvB], guest.folder) },
    { title: "Certificates on hv-a and hv-b", run: () => exchangeCertificates([hvA, hvB]) },
    { title: `Guest ${guest.name} started on hv-a`, run: () => startGuest(nas, hvA, guest, guests.beat) },
    ...moves.map(([from, to]) => moveStep(from, to, figures)),
  ]);
  console.log(`\n${figures.join("\n")}`);
  console.log(`\n${await counterVerdict()}`);
  for (const host of [hvA, hvB])
    console.log(`\n${host.name}$ virsh list --all\n${(await host.exec(["virsh", "list", "--all"])).stdout.trimEnd()}`);
  console.log(`
The lab is still up. Look around:  npm run lab -- --name demo exec hv-a virsh list --all
Take it down:                      npm run lab -- --name demo down`);
});

function moveStep(from: LabHost, to: LabHost, figures: string[]): Step {
  return {
    title: `${guest.name} moves live from ${from.name} to ${to.name}`,
    run: async (report) => {
      await from.exec([...migrateCommand(guest, to), "--verbose"], { onLine: report });
      const { totalTimeMs, downtimeMs } = await lastMigration(to, guest.name);
      figures.push(`${from.name} => ${to.name}: total time ${totalTimeMs} ms, downtime ${downtimeMs} ms`);
    },
  };
}

/** What the guest itself has to say about the moves. */
async function counterVerdict(): Promise<string> {
  const { numbers, breaks, garbage } = await counterOf(nas, guest);
  if (breaks.length + garbage.length > 0)
    throw new Error(`The guest's counter is broken: ${JSON.stringify({ breaks, garbage })}`);
  return `The guest counted from ${numbers[0]} to ${numbers.at(-1)} across both moves: no reboot, no gap, no number twice.`;
}
