/**
 * `npm run demo`: examples/live-migration on real hosts, by the real Pulumi CLI. A guest is placed on one host, moves
 * live to another, is moved by hand, and comes back. The lab is always a new one, and stays up for looking around.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildProvider } from "./build-provider";
import { counterOf, migrateCommand } from "./by-hand/guest";
import { defaultHosts } from "./hosts";
import { Lab } from "./lab";
import { labFolder } from "./paths";
import type { PulumiWorkspace } from "./pulumi/workspace";
import { exampleGuest } from "./scenarios/adapt-domain";
import { createLiveMigrationStack, prepareHosts } from "./scenarios/live-migration";
import { setupSteps } from "./setup";
import { runSteps } from "./steps";
import { runMain } from "./terminal";

const lab = new Lab("demo");
const [nas, hvA, hvB] = [lab.host("nas"), lab.host("hv-a"), lab.host("hv-b")];
const folder = join(labFolder(lab.name), "pulumi");

runMain(async () => {
  let stack: PulumiWorkspace | undefined;
  await runSteps([
    { title: "Taking down the last demo's lab", run: (report) => lab.down(report) },
    { title: "Building the provider", run: buildProvider },
    ...setupSteps({ labs: [lab], hosts: defaultHosts, pulumi: true }),
    { title: "Adding a bridge on hv-a and hv-b, and the guest's image on nas", run: () => prepareHosts(lab) },
    {
      title: "Making a Pulumi stack of examples/live-migration",
      run: async () => (stack = await createLiveMigrationStack(lab, folder)),
    },
  ]);
  if (stack) await play(stack);
});

/** Narrower terminals cut off Pulumi's last column, where a move shows its progress. */
const columnsForProgress = 120;

async function play(stack: PulumiWorkspace): Promise<void> {
  if (process.stdout.columns < columnsForProgress)
    say(
      `Widen this terminal to ${columnsForProgress} columns or more: Pulumi shows a move's progress in its last column.`,
    );
  const pulumi = async (...args: string[]) => {
    say(`$ pulumi ${args.join(" ")}`);
    await stack.show(args);
  };
  await pulumi("up", "--yes");
  await pulumi("config", "set", "host", "hv-b");
  await pulumi("up", "--yes");
  await showProof(stack);
  say("Nothing has changed since, so there is nothing to do:");
  await pulumi("up", "--yes");
  const byHand = migrateCommand(exampleGuest, hvA);
  say(`Somebody moves the guest by hand:\nhv-b$ ${byHand.join(" ")}`);
  await hvB.exec(byHand);
  await pulumi("refresh", "--yes");
  await pulumi("up", "--yes");
  await showProof(stack);
  const setUpFile = join(folder, "env.sh");
  writeFileSync(setUpFile, `${stack.setUp}\n`);
  say(`The lab is still up. Look around:
  npm run lab -- --name demo exec hv-a virsh -c qemu+tls://${hvB.address}/system list --all
  npm run lab -- --name demo enter sh -c '. ${setUpFile} && pulumi stack'
Take it down:
  npm run lab -- --name demo down`);
}

/** Prints libvirt's figures, the guest's counter, and both hosts' lists of domains. */
async function showProof(stack: PulumiWorkspace): Promise<void> {
  const { lastMigration } = JSON.parse((await stack.pulumi(["stack", "output", "--json"])).stdout);
  const { from, to, totalTimeMs, downtimeMs } = lastMigration;
  say(`${from} => ${to}: total time ${totalTimeMs} ms, downtime ${downtimeMs} ms`);
  const { numbers, breaks, garbage } = await counterOf(nas, exampleGuest);
  if (breaks.length + garbage.length > 0)
    throw new Error(`The guest's counter is broken: ${JSON.stringify({ breaks, garbage })}`);
  say(`The guest has counted from ${numbers[0]} to ${numbers.at(-1)}: no reboot, no gap, no number twice.`);
  for (const host of [hvA, hvB])
    say(`${host.name}$ virsh list --all\n${(await host.exec(["virsh", "list", "--all"])).stdout.trimEnd()}`);
}

const say = (text: string) => console.log(`\n${text}`);
