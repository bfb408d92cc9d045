/** Questions of many to one host at the same time: one command carries them, and each gets its own answer. */
import { CommandFailed, HostUnreachable, ToolMissing } from "../../provider/host/errors";
import { askRecords, recordFunctions } from "../../provider/host/records";
import { runScript, sh } from "../../provider/host/script";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { askedTogether, doneTogether } from "../../provider/host/together";
import { libvirtDriver } from "../../provider/libvirt/driver";
import { migration as migrationSchema } from "../../provider/resources/domain-placement/migration-inputs";
import { silentOperation } from "../silent-operation";
import { uuid, wanted } from "../unit/placement/world";
import { at, disk, endAfterwards, here, hostThatSays, locked } from "./libvirt-preflight";
import { answer, ScriptedHost } from "./scripted-host";

endAfterwards();

const start = async (script?: Parameters<typeof ScriptedHost.start>[0]) => {
  const server = await ScriptedHost.start(script);
  // Each guest has an object of its own for one and the same host.
  return { server, ask: () => askedTogether(new SshHost(server.args)) };
};

test("thirty ask, one command is sent, and each gets its own answer", async () => {
  const { server, ask } = await start();
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, number) => ask().run(["printf", "%s", `it's ${number}\n`])),
  );
  expect(answers.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 30 }, (_, number) => `it's ${number}\n`));
  expect(server.commands).toHaveLength(1);
});

test("a host that is asked together twice is asked as one that is asked together", async () => {
  const { server, ask } = await start();
  const answers = await Promise.all(
    [askedTogether(ask()), doneTogether(ask()), ask()].map((one) => one.run(["id", "-u"])),
  );
  expect(answers.map(({ stdout }) => stdout)).toEqual(Array(3).fill(answers[0]?.stdout));
  expect(server.commands).toHaveLength(2);
});

test("input, exit codes, what is said on stderr, missing programs and records are as with a command alone", async () => {
  const { server, ask } = await start();
  const results = await Promise.allSettled([
    ask().run(["cat"], { input: "a < b & c" }),
    ask().run(["sh", "-c", "echo no >&2; exit 3"]),
    ask().tryRun(["sh", "-c", "exit 4"]),
    ask().run(["no-such-program"]),
    askRecords(ask(), sh`${recordFunctions} record "$1" "$2"`, ["key", "two\nlines"]),
    runScript(ask(), sh`cat; echo end`),
  ]);
  expect(results).toMatchObject([
    { value: { stdout: "a < b & c", command: "cat" } },
    { reason: expect.any(CommandFailed) },
    { value: { exitCode: 4 } },
    { reason: expect.any(ToolMissing) },
    { value: [{ key: "key", values: ["two\nlines"] }] },
    { value: { stdout: "end\n" } },
  ]);
  expect(results[1]).toMatchObject({ reason: { exitCode: 3, stderr: "no\n" } });
  expect(server.commands).toHaveLength(1);
});

test("what is asked while a command runs goes together into the next", async () => {
  const { server, ask } = await start();
  const first = ask().run(["sleep", "0.5"]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const others = Array.from({ length: 10 }, () => ask().run(["echo", "x"]));
  await Promise.all([first, ...others]);
  expect(server.commands).toHaveLength(2);
});

test("what carries a secret goes alone, by its standard input", async () => {
  const { server, ask } = await start();
  const secret = ask().run(["cat"], { input: "s3cret", secrets: ["s3cret"] });
  await Promise.all([secret, ask().run(["echo", "x"])]);
  expect(server.commands).toHaveLength(2);
  expect(server.commands.join()).not.toContain("s3cret");
});

test("who gives up waits no longer, and the others are answered", async () => {
  const { ask } = await start();
  const stop = new AbortController();
  const [one, other] = [ask().run(["sleep", "1"], { signal: stop.signal }), ask().run(["echo", "x"])];
  setTimeout(() => stop.abort(new Error("Cancelled.")), 100);
  await expect(one).rejects.toThrow("Cancelled.");
  await expect(other).resolves.toMatchObject({ stdout: "x\n" });
});

test("an answer that is cut off, or a host that is not there, is an error for each", async () => {
  const { ask } = await start({ run: (_, channel) => answer(channel, 0, "0\n=and no more=") });
  for (const one of await Promise.allSettled([ask().run(["true"]), ask().run(["true"])]))
    expect(one).toMatchObject({ reason: { name: "AnswerIncomplete" } });
  const { server, ask: askNobody } = await start();
  const gone = askNobody();
  await closeConnections();
  await server.stop();
  for (const one of await Promise.allSettled([gone.run(["true"]), gone.run(["true"])]))
    expect(one).toMatchObject({ reason: expect.any(HostUnreachable) });
});

/** Commands that each of two hosts gets when so many guests are to move from one to the other. */
async function commandsFor(guests: number): Promise<number[]> {
  const definition = `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid><os><type machine='q35'>hvm</type></os><devices>${disk(here("shared.raw"))}</devices></domain>`;
  const hosts = [await hostThatSays("a", { virsh: { dumpxml: definition } }), await hostThatSays("b", locked)];
  const options = { ...migrationSchema.parse({}), uri: "qemu+tls" };
  const guest = { domain: { uuid, name: "web", definition }, migration: options, owner: undefined };
  const candidates = hosts.map((one) => ({ ...one, host: askedTogether(new SshHost(one.scripted.args)) }));
  const one = () =>
    libvirtDriver(guest).preflight(
      { ...wanted, candidates },
      [{ do: "migrate", from: "a", to: "b" }],
      at("a"),
      silentOperation(),
    );
  await Promise.all(Array.from({ length: guests }, one));
  return hosts.map(({ scripted }) => scripted.commands.length);
}

test("the preflight of twenty guests asks a host no more often than that of one", async () => {
  const [one, twenty] = [await commandsFor(1), await commandsFor(20)];
  for (const [index, count] of twenty.entries()) expect(count).toBeLessThanOrEqual(3 * (one[index] ?? 0));
});
