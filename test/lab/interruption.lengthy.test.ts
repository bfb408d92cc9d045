/**
 * What becomes of three moves when the run that conducts them is cut off: one that is just at its end, one in the
 * middle, and one that waits for its turn or just begins. By the real Pulumi CLI.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domainState } from "../../lab/by-hand/guest";
import { buildGuest, guests } from "../../lab/guest/build";
import { domainXml, imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { kill } from "../../lab/machine/processes";
import { createPulumiWorkspace, type PulumiWorkspace, type StartedPulumi } from "../../lab/pulumi/workspace";
import { retryUntil } from "../../provider/util/policy";
import { expectOnlyOn, expectUnbroken, imageFolder, prepareHypervisors, removeGuest, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();
/** Two may run at a time. One takes long; whichever of the others comes first is at its end when the last begins. */
const slow = "cut-slow";
const quick = ["cut-1", "cut-2"];
const all = [slow, ...quick];
const guestOf = (name: string) => ({ name, folder: imageFolder, memoryMiB: 64 });
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-"));
let workspace: PulumiWorkspace;
let [from, to] = [hvA, hvB];

const place = (host: LabHost) =>
  workspace.configure(Object.fromEntries(all.map((name) => [`guests["${name}"].host`, host.name])));
const up = ["up", "--yes", "--skip-preview"];
const retry = { everyMs: 1000, timeoutMs: 240_000 };

beforeAll(async () => {
  await prepareHypervisors();
  workspace = await createPulumiWorkspace({ program: "examples/fleet", wrap: (argv) => lab.enter(argv) });
  await workspace.pulumi(["stack", "init", "lab"]);
  await Promise.all(
    all.map(async (name) => {
      writeFileSync(join(folder, `${name}.xml`), domainXml(guestOf(name)));
      const what = name === slow ? guests.full : guests.beat;
      await nas.upload(await buildGuest(what), imagePath(guestOf(name)));
      await nas.exec(["rm", "-f", serialLogPath(guestOf(name))]);
    }),
  );
  await workspace.configure({
    'addresses["hv-a"]': hvA.address,
    'addresses["hv-b"]': hvB.address,
    "login.identityFile": lab.ssh.identityFile,
    "login.knownHosts": lab.ssh.knownHostsFile,
    "login.connectTimeoutSeconds": "5",
    "login.maxOutgoingMigrations": "2",
    onDelete: "destroy",
    ...Object.fromEntries(all.map((name) => [`guests["${name}"].xml`, join(folder, `${name}.xml`)])),
    [`guests["${slow}"].migration.bandwidthMiBps`]: "2",
  });
  await place(from);
  await workspace.pulumi(up);
});
afterAll(async () => {
  for (const name of all) await removeGuest(name);
  workspace.remove();
  rmSync(folder, { recursive: true });
});

/** Starts the moves, and returns when one has just arrived and another has sent some of its memory. */
async function moving(): Promise<StartedPulumi> {
  await place(to);
  const run = workspace.start(up);
  const begun = async () => {
    const { stdout } = await from.exec(["virsh", "domjobinfo", slow, "--rawstats"]);
    expect(stdout).toMatch(/operation: 5/);
    expect(Number(/data_processed: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(0);
  };
  const arrived = async () =>
    expect(await Promise.all(quick.map((name) => domainState(to, name)))).toContain("running");
  await Promise.all([retryUntil(begun, retry), retryUntil(arrived, retry)]);
  return run;
}

/** The next `up` brings all of them to where they were to go; nothing is lost, doubled or restarted. */
async function expectCleanEnd(): Promise<void> {
  await workspace.pulumi(up);
  for (const name of all) {
    await expectOnlyOn(to, name);
    await expectUnbroken(guestOf(name));
  }
  const outputs = JSON.parse((await workspace.pulumi(["stack", "output", "--json"])).stdout);
  for (const name of all) {
    expect(outputs.hosts[name]).toBe(to.name);
    expect(outputs.lastMigrations[name]).toMatchObject({ from: from.name, to: to.name });
    expect(outputs.lastMigrations[name].totalTimeMs).toBeGreaterThan(0);
  }
  [from, to] = [to, from];
}

test("one Ctrl-C ends the moves, and confirms where each guest is", async () => {
  const run = await moving();
  run.signal("SIGINT");
  const { exitCode, stdout } = await run.done;
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(/cut-slow was not moved from hv-a to hv-b\. It is running on hv-a\.\s+Cancelled/);
  await expectOnlyOn(from, slow);
  const state = JSON.parse((await workspace.pulumi(["stack", "export"])).stdout).deployment;
  expect(state.pending_operations ?? []).toEqual([]);
  await expectCleanEnd();
});

test("a killed CLI leaves the moves to the hosts; the next run finds the one that goes on, and joins it", async () => {
  const run = await moving();
  run.signal("SIGKILL");
  await run.done;
  await retryUntil(async () => expect(run.providerPids()).toEqual([]), retry);
  await workspace.pulumi(["cancel", "--yes"]);
  await expectCleanEnd();
});

test("so does a killed provider", async () => {
  const run = await moving();
  for (const pid of run.providerPids()) kill(pid, "SIGKILL");
  expect((await run.done).exitCode).not.toBe(0);
  await expectCleanEnd();
});

test("without the network to the hosts, nobody guesses where the guests are; they move on by themselves", async () => {
  const run = await moving();
  await Promise.all([hvA.cutAdmin(), hvB.cutAdmin()]);
  const { exitCode, stdout } = await run.done.finally(() => Promise.all([hvA.healAdmin(), hvB.healAdmin()]));
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(/cut-slow: It may be on any of hv-a, hv-b; its location is unknown until all of them answer/);
  await expectCleanEnd();
});
