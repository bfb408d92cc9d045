import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Lab } from "../../lab/lab";
import { killAll, namespaceProcesses } from "../../lab/machine/processes";
import { labFolder, namespaceName, namespacePath, repository } from "../../lab/paths";
import { run, runAnyway } from "../../lab/process";
import { retryUntil } from "../../provider/util/policy";
import { runningLab } from "./support";

const { hvA } = runningLab();
/** Beside the lab that the other tests use; the small host alone is quick to boot. */
const second = new Lab("second");
const nas = second.host("nas");

afterAll(() => second.down());

async function expectNothingLeft(): Promise<void> {
  expect((await run(["ip", "netns", "list"])).stdout).not.toContain(namespaceName(second.name));
  expect((await runAnyway(["pgrep", "--full", "--list-full", `${labFolder(second.name)}/`])).stdout).toBe("");
  expect((await run(["cat", "/proc/mounts"])).stdout).not.toContain(namespaceName(second.name));
  expect((await run(["cat", "/proc/mounts"])).stdout).not.toContain(labFolder(second.name));
  expect(existsSync(labFolder(second.name))).toBe(false);
}

/** Not by the lab's own power button: at once, in no order, as a crash does. */
const killEverything = () =>
  killAll(() => namespaceProcesses(namespacePath(second.name)).map(({ pid }) => pid), "the second lab");

test("two labs live side by side, with the same addresses", async () => {
  await second.up({ hosts: ["nas"] });
  const [here, there] = await Promise.all([nas.exec(["cat", "/etc/machine-id"]), hvA.exec(["cat", "/etc/machine-id"])]);
  expect(here.stdout).not.toBe(there.stdout);
  expect(second.host("hv-a").isRunning).toBe(false);
});

test("up again leaves a running host as it is", async () => {
  const { pid } = nas;
  await nas.script("echo mine > /root/mark");
  await second.up({ hosts: ["nas"] });
  expect(nas.pid).toBe(pid);
  expect((await nas.exec(["cat", "/root/mark"])).stdout).toBe("mine\n");
});

test("after a power cut, start keeps the disk, and up makes a fresh one", async () => {
  await nas.script("echo saved > /root/saved; sync; echo volatile > /run/volatile");
  await nas.kill();
  expect(nas.isRunning).toBe(false);
  await nas.start();
  expect((await nas.exec(["cat", "/root/saved"])).stdout).toBe("saved\n");
  expect((await nas.tryExec(["cat", "/run/volatile"])).exitCode).not.toBe(0);
  await nas.kill();
  await second.up({ hosts: ["nas"] });
  expect((await nas.tryExec(["cat", "/root/saved"])).exitCode).not.toBe(0);
});

test("a dead host is told apart from a slow one: waiting ends at once, with its console", async () => {
  await nas.kill();
  await expect(nas.waitUntilReady()).rejects.toThrow(/^nas is off\. The end of its console:/);
  await second.up({ hosts: ["nas"] });
});

test("down after kill -9 of everything leaves nothing behind", async () => {
  await killEverything();
  await second.down();
  await expectNothingLeft();
});

test("down after a boot that was cut off leaves nothing behind", async () => {
  const command = ["lab/run.mjs", "lab/cli.ts", "--name", second.name, "up"];
  const up = spawn("node", command, { cwd: repository, stdio: "ignore", detached: true });
  await retryUntil(async () => expect(nas.isRunning).toBe(true), { everyMs: 20, timeoutMs: 120_000 });
  process.kill(-(up.pid ?? 0), "SIGKILL"); // npm's side of it: the command and all that it started, but no host
  await second.down();
  await expectNothingLeft();
});

test("up after kill -9 of everything clears up by itself", async () => {
  await second.up({ hosts: ["nas"] });
  await killEverything();
  await second.up({ hosts: ["nas"] });
  expect((await nas.exec(["hostname"])).stdout).toBe("nas\n");
  await second.down();
  await expectNothingLeft();
});

test("down of nothing is fine", async () => {
  await second.down();
  const cli = ["node", join(repository, "lab/run.mjs"), "lab/cli.ts", "--name", second.name];
  expect(await run([...cli, "down"])).toMatchObject({ exitCode: 0 });
  expect((await run([...cli, "status"])).stdout).toBe("Lab second is down. `npm run lab -- up` boots it.\n");
});
