import { kill } from "../../lab/machine/processes";
import { createPulumiWorkspace, type PulumiWorkspace, type StartedPulumi } from "../../lab/pulumi/workspace";
import { retryUntil } from "../../provider/util/policy";
import { silentPort } from "../protocol/scripted-host";

let workspace: PulumiWorkspace;
let up: StartedPulumi;
let silent: Awaited<ReturnType<typeof silentPort>>;
const deployment = async () => JSON.parse((await workspace.pulumi(["stack", "export"])).stdout).deployment;
const hostsInState = async () =>
  ((await deployment()).resources ?? []).filter(({ type }: { type: string }) => type.endsWith("kvm:Host"));
const until = (condition: () => void) => retryUntil(async () => condition(), { everyMs: 20, timeoutMs: 60_000 });

/** An `up` whose provider waits, for an hour, for a host that says nothing. */
async function startWaiting(): Promise<void> {
  up = workspace.start(["up", "--yes", "--skip-preview"]);
  await until(() => expect(silent.waiting()).toBe(1));
  expect(up.providerPids()).toHaveLength(1);
}

const expectNothingLeft = async () => {
  await until(() => expect(up.providerPids()).toEqual([]));
  await until(() => expect(silent.waiting()).toBe(0));
};

beforeAll(async () => {
  silent = await silentPort();
  workspace = await createPulumiWorkspace({ program: "examples/hosts" });
  await workspace.pulumi(["stack", "init", "lab"]);
  const login = { port: silent.port, connectTimeoutSeconds: 3600, hostKey: `SHA256:${"x".repeat(43)}`, agent: false };
  const settings = Object.entries(login).map(([key, value]) => [`login.${key}`, String(value)]);
  await workspace.configure({ "addresses[0]": "127.0.0.1", ...Object.fromEntries(settings) });
});
afterEach(() => {
  up.signal("SIGKILL");
  for (const pid of up.providerPids()) kill(pid, "SIGKILL");
});
afterAll(() => {
  workspace.remove();
  silent.close();
});

test("the first Ctrl-C ends what can be ended, and the state holds what is true", async () => {
  await startWaiting();
  up.signal("SIGINT");
  const { exitCode, stdout } = await up.done;
  expect(exitCode).toBe(1);
  expect(stdout).toContain("Cancelled. Run the same command again to continue.");
  await expectNothingLeft();
  expect((await deployment()).pending_operations).toBeUndefined();
  expect(await hostsInState()).toEqual([]);
});

test("a CLI that is killed takes its provider along; what it leaves is a lock, which `pulumi cancel` takes away", async () => {
  await startWaiting();
  up.signal("SIGKILL");
  expect(await up.done).toMatchObject({ exitCode: -1 });
  await expectNothingLeft();
  expect((await workspace.tryPulumi(["up", "--yes", "--skip-preview"])).stderr).toMatch(/currently locked by 1 lock/);
  await workspace.pulumi(["cancel", "--yes"]);
  expect((await deployment()).pending_operations).toMatchObject([{ type: "creating" }]);
});

test("a provider that is killed ends the command with an error", async () => {
  await startWaiting();
  for (const pid of up.providerPids()) kill(pid, "SIGKILL");
  const { exitCode, stdout } = await up.done;
  expect(exitCode).toBe(1);
  expect(stdout).toContain("error reading from server: EOF");
});
