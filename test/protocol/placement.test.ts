/** What hosts in a lab cannot be made to say: answers that must not be taken for an absence, or for leave to act. */
import type { ServerChannel } from "ssh2";
import { closeConnections } from "../../provider/host/ssh-host";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { silentOperation, unguardedOperation } from "../silent-operation";
import { ScriptedHost, separatorLine, withSeparator } from "./scripted-host";

const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
const context = silentOperation();

interface Answer {
  stdout?: string;
  stderr?: string;
  exitCode?: number;
}

/** What virsh prints for a domain in this state; for none when there is no state. */
function view(state?: string): Answer {
  const separator = `\n${separatorLine}\n`;
  const xml = `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid></domain>`;
  if (state === undefined) return { stdout: [uuid, "", "", "", "", "", "", "", "\n", ""].join(separator) };
  const qemu = state.startsWith("shut off") ? "" : `${uuid}\n`;
  const said = [state, "Persistent:     yes", "Job type: 0", xml, "", "", ""];
  return { stdout: [uuid, ...said, `${uuid} web\n`, qemu].join(separator) };
}

/** The guest began to leave a minute ago, and the hosts have been up for an hour. */
const sinceWhen = (command: string): Answer | undefined => {
  if (command.includes("initiating migration")) return { stdout: "2026-11-28 13:01:00\n2026-11-28 13:00:00\n" };
  return command.includes("/proc/uptime") ? { stdout: "3600.25\n" } : undefined;
};

/** Answers in turn; the last one for ever. */
async function hostThatSays(...answers: Answer[]): Promise<ScriptedHost> {
  let turn = 0;
  const run = (command: string, channel: ServerChannel) => {
    const next = () => answers[Math.min(turn++, answers.length - 1)];
    const { stdout = "", stderr = "", exitCode = 0 } = sinceWhen(command) ?? next() ?? {};
    channel.write(withSeparator(command, stdout));
    channel.stderr.write(stderr);
    channel.exit(exitCode);
    channel.end();
  };
  return ScriptedHost.start({ run });
}

async function placedOn(a: Answer[], b: Answer[]) {
  const hosts = [await hostThatSays(...a), await hostThatSays(...b)] as const;
  const candidates = { a: hosts[0].args, b: hosts[1].args };
  const domain = { uuid, name: "web", definition: "<domain type='kvm'><name>web</name></domain>" };
  const inputs = domainPlacement.schema.parse({ domain, host: "a", candidates });
  const modelOf = (more: Partial<typeof inputs> = {}) => domainPlacement.model({ ...inputs, ...more }, context);
  return { hosts, modelOf };
}

/** What a refresh finds. */
const observed = async (model: ReturnType<typeof domainPlacement.model>) =>
  domainPlacement.stateOf(model, await domainPlacement.observe(context, model));

const onlyLooked = (hosts: readonly ScriptedHost[]) =>
  expect(
    hosts
      .flatMap(({ commands }) => commands)
      .filter((command) => !/list --all|grep -lsz/.test(command) && sinceWhen(command) === undefined),
  ).toEqual([]);

afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});

const running = view("running (booted)");
const silent = { stderr: "error: failed to connect to the hypervisor\n", exitCode: 1 };

test.each<[string, Answer[], Answer[], RegExp]>([
  ["two that run", [running], [running], /running \(booted\) on a and running \(booted\) on b\. More than one/],
  ["what no migration leaves", [view("paused (api error)")], [running], /When you have decided:.*on a: virsh destroy/s],
])("%s is an error, and nothing but looking is done: on refresh, up and delete", async (_, a, b, message) => {
  const { hosts, modelOf } = await placedOn(a, b);
  await expect(domainPlacement.observe(context, modelOf())).rejects.toThrow(message);
  await expect(domainPlacement.observe(unguardedOperation({ acts: true }), modelOf())).rejects.toThrow(message);
  await expect(domainPlacement.remove(unguardedOperation(), modelOf({ onDelete: "destroy" }))).rejects.toThrow(message);
  onlyLooked(hosts);
});

/** Waited for, in case libvirt is just being restarted. */
test("a libvirt that does not answer, or whose answer is cut off, is an error, and nothing but looking is done", async () => {
  const cutOff = { stdout: view("running (booted)").stdout?.slice(0, 30) ?? "" };
  const { hosts, modelOf } = await placedOn([cutOff], [silent]);
  const removed = domainPlacement.remove(unguardedOperation(), modelOf({ onDelete: "destroy" }));
  await expect(removed).rejects.toThrow(
    /a is up, but .*the answer of a script is not complete.*b is up, but its libvirt does not answer: .*failed to connect/s,
  );
  onlyLooked(hosts);
});

test.each<[string, Answer[], Answer[], RegExp]>([
  ["a move that was cut off", [view("paused (migrating)")], [view()], /interrupted: it is paused \(migrating\) on a/],
  [
    "a stale copy beside the guest",
    [view("paused (api error)")],
    [view("running (migrated)")],
    /a stale copy is paused \(api error\) on a/,
  ],
])("%s is drift, and a refresh only tells of it", async (_, a, b, message) => {
  const { hosts, modelOf } = await placedOn(a, b);
  expect((await observed(modelOf()))?.drift).toContainEqual(expect.stringMatching(message));
  onlyLooked(hosts);
});

test("what has changed since it was planned is left alone", async () => {
  const before = [view(), view()];
  const { hosts, modelOf } = await placedOn([view("paused (migrating)")], [...before, view("running (migrated)")]);
  const [operation, model] = [unguardedOperation({ acts: true }), modelOf({ adopt: true })];
  const healing = domainPlacement.reconcile(operation, model, await domainPlacement.observe(operation, model));
  await expect(healing).rejects.toThrow(
    /the hosts have changed .* It is now paused \(migrating\) on a and running \(migrated\) on b; the remaining steps were roll back on a/,
  );
  onlyLooked(hosts);
});

test("a guest that went from one to the other between two answers is not absent", async () => {
  const { modelOf } = await placedOn([view()], [view(), view("running (migrated)")]);
  expect(await observed(modelOf())).toMatchObject({ host: "b", state: "running" });
});

test("what all hosts have twice said is not there, is not there", async () => {
  const { hosts, modelOf } = await placedOn([view()], [view()]);
  expect(await observed(modelOf())).toBeUndefined();
  expect(hosts.map(({ commands }) => commands.length)).toEqual([2, 2]);
});
