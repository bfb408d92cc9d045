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
/** Beside the lab that the other tests use, whose hosts are set up by some of them. */
const second = new Lab("second");
const [nas, hypervisor] = [second.host("nas"), second.host("hv-a")];

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

describe("fresh hosts", () => {
  beforeAll(() => second.up({ hosts: ["nas", "hv-a"] }));
  afterAll(() => hypervisor.kill()); // the small host alone is quick to boot again and again

  test("live beside those of another lab, with the same addresses", async () => {
    expect(hypervisor.address).toBe(hvA.address);
    const [here, there] = await Promise.all([hypervisor, hvA].map((host) => host.exec(["cat", "/etc/machine-id"])));
    expect(here?.stdout).not.toBe(there?.stdout);
    expect(second.host("hv-b").isRunning).toBe(false);
  });

  test.each([nas, hypervisor])("$name starts without PKI, exports or network mounts", async (host) => {
    const { stdout } = await host.script(
      `ls -d /etc/pki 2>/dev/null || true
       exportfs -s
       findmnt --noheadings --types nfs,nfs4 || true`,
    );
    expect(stdout).toBe("");
  });

  test("a hypervisor starts without domains, bridges or a TLS socket", async () => {
    expect((await hypervisor.exec(["virsh", "list", "--all", "--name"])).stdout.trim()).toBe("");
    expect((await hypervisor.exec(["ovs-vsctl", "list-br"])).stdout).toBe("");
    expect((await hypervisor.tryExec(["systemctl", "is-enabled", "libvirtd-tls.socket"])).stdout).toBe("disabled\n");
  });

  test("a file server has no libvirt", async () => {
    expect((await nas.tryExec(["systemctl", "is-active", "libvirtd.socket"])).stdout).toBe("inactive\n");
  });

  test("stay as they are when up is said again", async () => {
    const { pid } = nas;
    await nas.script("echo mine > /root/mark");
    await second.up({ hosts: ["nas"] });
    expect(nas.pid).toBe(pid);
    expect((await nas.exec(["cat", "/root/mark"])).stdout).toBe("mine\n");
  });
});

test("after a power cut, start keeps the disk", async () => {
  await nas.script("echo saved > /root/saved; sync; echo volatile > /run/volatile");
  await nas.kill();
  expect(nas.isRunning).toBe(false);
  await nas.start();
  expect((await nas.exec(["cat", "/root/saved"])).stdout).toBe("saved\n");
  expect((await nas.tryExec(["cat", "/run/volatile"])).exitCode).not.toBe(0);
});

test("waiting for a dead host ends at once, with its console; up makes a fresh disk for it", async () => {
  await nas.kill();
  await expect(nas.waitUntilReady()).rejects.toThrow(/^nas is off\. The end of its console:/);
  await second.up({ hosts: ["nas"] });
  expect((await nas.tryExec(["cat", "/root/saved"])).exitCode).not.toBe(0);
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
