import { readFileSync } from "node:fs";
import { namespaceProcesses } from "../../lab/machine/processes";
import { inNamespace } from "../../lab/machine/ssh";
import { namespacePath } from "../../lab/paths";
import { createPulumiWorkspace, type PulumiWorkspace } from "../../lab/pulumi/workspace";
import { runningLab } from "./support";

const { lab, hvA, hvB } = runningLab();
let workspace: PulumiWorkspace;
const pulumi = (...args: string[]) => workspace.pulumi(args);
const tryPulumi = (...args: string[]) => workspace.tryPulumi(args);
const addresses = { "addresses[0]": hvA.address, "addresses[1]": hvB.address };
const set = (path: string, value: string) => pulumi("config", "set", "--path", path, value);
const exported = async () => JSON.parse((await pulumi("stack", "export")).stdout).deployment.resources ?? [];
const hostsInState = async () => (await exported()).filter(({ type }: { type: string }) => type.endsWith("kvm:Host"));
const privateKey = () => readFileSync(lab.ssh.identityFile, "utf8");

function expectNoKeyIn(...places: string[]): void {
  const lines = privateKey()
    .split("\n")
    .filter((line) => line.length > 30 && !line.startsWith("-----"));
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => places.some((place) => place.includes(line)))).toEqual([]);
}

beforeAll(async () => {
  workspace = await createPulumiWorkspace({ program: "examples/hosts", wrap: (argv) => inNamespace(lab.name, argv) });
  await pulumi("stack", "init", "lab");
  await workspace.configure({
    ...addresses,
    "login.identityFile": lab.ssh.identityFile,
    "login.knownHosts": lab.ssh.knownHostsFile,
  });
});
afterAll(() => workspace.remove());

test("nothing of the user's own Pulumi is used", () => {
  expect(workspace.env).toMatchObject({ PULUMI_BACKEND_URL: expect.stringMatching(/^file:\/\/\/tmp\//) });
  expect(workspace.env.PULUMI_HOME).toMatch(/^\/tmp\//);
});

test("bad inputs are all named at once, in the preview, before a host is touched", async () => {
  // Pulumi stops at the first resource with problems, whichever comes first: so both have the same ones.
  const bad = { "addresses[0]": "root@hv-a", "addresses[1]": "root@hv-b", "login.port": "0", "login.colour": "blue" };
  await workspace.configure(bad);
  const { exitCode, stdout } = await tryPulumi("preview");
  for (const path of ["login.port", "login.colour"]) await pulumi("config", "rm", "--path", path);
  await workspace.configure(addresses);
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(/has a problem: address: "root@hv-[ab]" must be a host name or an IP address, without user/);
  expect(stdout).toMatch(/has a problem: port: 0 must be 1 to 65535/);
  expect(stdout).toMatch(/has a problem: colour: "blue" is not a property of this resource/);
});

test("a host that shows an unknown key is refused, with its fingerprint, and without a stack", async () => {
  await set("login.knownHosts", "/dev/null");
  const { exitCode, stdout, stderr } = await tryPulumi("up", "--yes", "--skip-preview");
  await set("login.knownHosts", lab.ssh.knownHostsFile);
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(
    /root@10\.77\.0\.1[12] showed the host key SHA256:\S{43}, and neither hostKey nor \/dev\/null knows the host/,
  );
  expect(stdout + stderr).not.toMatch(/\n\s+at .*\.js/);
  expect(await hostsInState()).toEqual([]);
});

test("up finds out what the hosts are", async () => {
  const { stdout } = await pulumi("up", "--yes");
  expect(stdout).toContain("kvm:Host");
  expect(stdout).not.toMatch(/warning/i);
  expect(JSON.parse((await pulumi("stack", "output", "--json")).stdout)).toEqual({
    names: ["hv-a", "hv-b"],
    systems: ["Debian GNU/Linux 12 (bookworm)", "Debian GNU/Linux 12 (bookworm)"],
    libvirt: ["9.0.0", "9.0.0"],
    qemu: [expect.stringMatching(/^7\.2\./), expect.stringMatching(/^7\.2\./)],
  });
});

test("the provider in the state is a short text, the same for all, that names no place", async () => {
  const texts = (await hostsInState()).map(({ outputs }: { outputs: Record<string, string> }) => outputs.__provider);
  expect(texts).toHaveLength(2);
  expect(new Set(texts).size).toBe(1);
  expect(texts[0].length).toBeLessThan(3000);
  expect(texts[0]).toContain('require("pulumi-kvm-live/provider")');
  expect(texts[0]).not.toMatch(/\/(root|tmp|home|usr|work)\//);
});

test("a key file's content is in neither the state nor the most talkative log", async () => {
  await set("login.connectTimeoutSeconds", "5");
  const { stdout, stderr } = await pulumi("up", "--yes", "--skip-preview", "--logtostderr", "-v=9");
  expectNoKeyIn(JSON.stringify(await exported()), stdout, stderr);
});

test("a host that cannot be reached stays in the state, and refresh says so", async () => {
  await hvB.partition();
  const { exitCode, stdout } = await tryPulumi("refresh", "--yes");
  await hvB.heal();
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(/root@10\.77\.0\.12 cannot be reached: .*\. Nothing is known about what runs there\./);
  expect(await hostsInState()).toHaveLength(2);
});

test("a private key given as an input is encrypted in the state, and in no message", async () => {
  await pulumi("config", "rm", "--path", "login.identityFile");
  await workspace.pulumi(["config", "set", "--secret", "--path", "login.privateKey"], { input: privateKey() });
  const { stdout, stderr } = await pulumi("up", "--yes", "--skip-preview");
  expectNoKeyIn(JSON.stringify(await exported()), stdout, stderr);
  await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
});

test("destroy leaves nothing, and no process of the provider", async () => {
  expect((await pulumi("destroy", "--yes", "--skip-preview")).stdout).toMatch(/3 deleted/);
  expect(await hostsInState()).toEqual([]);
  const left = namespaceProcesses(namespacePath(lab.name)).map(({ pid }) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8"),
  );
  expect(left.filter((line) => line.includes("dynamic-provider"))).toEqual([]);
});
