/** Hosts that say anything but what they are asked: they harm nothing but their own resources. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ServerChannel } from "ssh2";
import { CommandTimedOut, HostUnreachable, OutputTooLong } from "../../provider/host/errors";
import { askRecords } from "../../provider/host/records";
import { sh } from "../../provider/host/script";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { ScriptedHost } from "./scripted-host";

afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});

/** Sends without end, as fast as it is taken. */
function flood(channel: ServerChannel): void {
  const piece = Buffer.alloc(64 * 1024, "x");
  const more = () => {
    while (!channel.destroyed && channel.write(piece));
    if (!channel.destroyed) channel.once("drain", more);
  };
  channel.on("error", () => {});
  channel.on("close", () => channel.destroy());
  more();
}

const says = (text: string) => (_: string, channel: ServerChannel) => {
  channel.write(text);
  channel.exit(0);
  channel.end();
};

test("output without end is left, and fills no memory, also when twelve hosts send it at once", async () => {
  const hosts = await Promise.all(Array.from({ length: 12 }, () => ScriptedHost.start({ run: (_, c) => flood(c) })));
  const client = spawn(process.execPath, ["--import", "tsx", join(__dirname, "flooded-client.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  client.stdin.end(JSON.stringify(hosts.map(({ args }) => args)));
  let said = "";
  client.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(client, "close");
  const { errors, peak } = JSON.parse(said) as { errors: string[]; peak: number };
  expect(errors).toEqual(Array(12).fill("OutputTooLong"));
  expect(peak / 1024 ** 2).toBeLessThan(200);
});

test("while one host sends without end, another is answered", async () => {
  const liar = await ScriptedHost.start({ run: (_, channel) => flood(channel) });
  const honest = await ScriptedHost.start({ run: says("fine\n") });
  const [lie, answer] = await Promise.allSettled([liar, honest].map(({ args }) => new SshHost(args).run(["true"])));
  expect(lie).toMatchObject({ reason: expect.any(OutputTooLong) });
  expect(answer).toMatchObject({ value: { stdout: "fine\n" } });
});

test("a host that never accepts a command keeps nobody longer than asked", async () => {
  const mute = await ScriptedHost.start({ isMute: true });
  const host = new SshHost(mute.args);
  await expect(host.run(["true"], { timeoutMs: 300 })).rejects.toThrow(CommandTimedOut);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("Cancelled.")), 300);
  const waiting = [
    host.run(["true"], { signal: stop.signal }),
    host.converse(["cat"], "a lock", stop.signal),
    host.openSocket("/run/x.sock", "a monitor", stop.signal),
  ];
  for (const one of await Promise.allSettled(waiting))
    expect(one).toMatchObject({ reason: expect.objectContaining({ message: "Cancelled." }) });
});

test("a host on the way that forwards nothing is unreachable in the time that a connection may take", async () => {
  const mute = await ScriptedHost.start({ isMute: true });
  const behind = new SshHost({ ...mute.args, connectTimeoutSeconds: 1, proxyJump: mute.args });
  const refusal = await behind.run(["true"]).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(HostUnreachable);
  expect((refusal as Error).message).toMatch(/through .*no answer within 1 s/);
});

test.each(["x\0-2\0\0", "x\u00009999999\0a\0end\u00000\0", "Welcome!\n", ""])(
  "%j instead of records is no answer, and nothing follows from it",
  async (text) => {
    const host = new SshHost((await ScriptedHost.start({ run: says(text) })).args);
    await expect(askRecords(host, sh`true`)).rejects.toThrow(/is not complete, or is not the script's/);
  },
);

test("a line without end ends the conversation", async () => {
  const host = new SshHost((await ScriptedHost.start({ run: (_, channel) => flood(channel) })).args);
  const conversation = await host.converse(["sh"], "the lock of web");
  await expect(conversation.ask("renew", 20_000)).rejects.toThrow(/the lock of web: its answer has no end/);
});

test("what a host says reaches no terminal as a command, nor Pulumi as markup, and has an end", async () => {
  const said = "\u001b]0;title\u0007\u001b[2J<{%fg 2%}>all is well\u202E\n";
  const run = (_: string, channel: ServerChannel) => {
    channel.stderr.write(`${"y".repeat(100_000)}\n${said.repeat(100)}`);
    channel.exit(1);
    channel.end();
  };
  const host = new SshHost((await ScriptedHost.start({ run })).args);
  const { message } = (await host.run(["true"]).catch((error: unknown) => error)) as Error;
  expect(message).not.toMatch(/[^\P{Cc}\n]|\u202E|<\{%/u);
  expect(message).toContain("all is well");
  expect(message.length).toBeLessThan(20 * 520);
});
