import type { ServerChannel } from "ssh2";
import {
  CommandFailed,
  CommandTimedOut,
  ConnectionLost,
  HostUnreachable,
  LoginShellRefused,
  SudoRefused,
  ToolMissing,
} from "../../provider/host/errors";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { retryUntil } from "../../provider/util/policy";
import { answer, destroySocket, runIn, type Script, ScriptedHost } from "./scripted-host";

let server: ScriptedHost;
const start = async (script?: Script) => {
  server = await ScriptedHost.start(script);
  return new SshHost(server.args);
};
const failure = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: Error) => error,
  );

afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});

test("a program gets its arguments and its input as they are, in the C locale", async () => {
  const host = await start();
  const hostile = ["it's", "$(reboot)", "a\nb", "*", "", "-n"];
  expect((await host.run(["printf", "%s|", ...hostile])).stdout).toBe(`${hostile.join("|")}|`);
  expect((await host.run(["cat"], { input: "über\n" })).stdout).toBe("über\n");
  expect((await host.run(["sh", "-c", 'echo "$LC_ALL"'])).stdout).toBe("C\n");
  expect(await host.tryRun(["sh", "-c", "echo out; echo err >&2; exit 3"])).toMatchObject({
    command: "sh -c 'echo out; echo err >&2; exit 3'",
    exitCode: 3,
    stdout: "out\n",
    stderr: "err\n",
    durationMs: expect.any(Number),
  });
});

test("a host that falls silent under a command ends it with an error, and the next one finds the host again", async () => {
  await start({ run: (command, channel) => command.includes("long") || answer(channel, 0, "there\n") });
  const { args, losePower } = await server.behindMortalPort();
  const host = new SshHost(args);
  const broken = failure(host.run(["long"], { timeoutMs: 600_000 }));
  await retryUntil(async () => expect(server.commands).toHaveLength(1), { everyMs: 5, timeoutMs: 60_000 });
  losePower();
  expect(await broken).toBeInstanceOf(ConnectionLost);
  expect((await host.run(["hostname"])).stdout).toBe("there\n");
});

test("a failed command tells host, command, exit code, stderr and time", async () => {
  const host = await start();
  const error = await failure(host.run(["sh", "-c", "echo no such thing >&2; exit 4"]));
  expect(error).toBeInstanceOf(CommandFailed);
  expect(error).toMatchObject({ exitCode: 4, stderr: "no such thing\n", host: host.label });
  expect(error.message).toMatch(
    /^root@127\.0\.0\.1:\d+: sh -c 'echo no such thing >&2; exit 4'\nended with exit code 4 after \d+\.\d s:\nno such thing$/,
  );
});

test("secrets are in no message", async () => {
  const host = await start();
  const secret = "hun'ter2";
  const argv = ["sh", "-c", 'echo "bad: $1" >&2; cat >&2; exit 1', "sh", `--token=${secret}`];
  const error = await failure(host.run(argv, { input: `also ${secret}`, secrets: [secret] }));
  expect(error.message).toContain("--token=[secret]");
  expect(error.message).toContain("bad: --token=[secret]");
  expect(JSON.stringify({ ...error, stack: error.stack })).not.toContain("ter2");
});

test("a missing program is named with the package that brings it", async () => {
  const host = await start({
    run: (_, channel) => answer(channel, 127, "", "env: 'certtool': No such file or directory\n"),
  });
  const error = await failure(host.tryRun(["certtool", "--version"]));
  expect(error).toBeInstanceOf(ToolMissing);
  expect(error.message).toMatch(
    /There is no certtool on root@127\.0\.0\.1:\d+\. Install it: on Debian, `apt-get install gnutls-bin`\.$/,
  );
});

test("a missing program within a script is named, not the shell", async () => {
  const host = await start();
  expect(await failure(host.run(["sh", "-c", "no-such-program --x"]))).toMatchObject({ tool: "no-such-program" });
});

describe("sudo", () => {
  const asAdmin = () => new SshHost({ ...server.args, user: "admin" });

  test("runs each command, and is asked once a connection", async () => {
    await start({ run: (_, channel) => answer(channel, 0) });
    const host = asAdmin();
    await host.run(["virsh", "list"]);
    await host.run(["true"]);
    expect(server.commands).toEqual([
      "sudo -n true",
      "sudo -n -- env LC_ALL=C virsh list",
      "sudo -n -- env LC_ALL=C true",
    ]);
  });

  test("that wants a password is told apart from a command that failed", async () => {
    await start({ run: (_, channel) => answer(channel, 1, "", "sudo: a password is required\n") });
    const error = await failure(asAdmin().run(["virsh", "list"]));
    expect(error).toBeInstanceOf(SudoRefused);
    expect(error.message).toMatch(
      /^sudo on admin@127\.0\.0\.1:\d+ does not let .* a password is required\. Add a NOPASSWD/,
    );
    expect(server.commands).toEqual(["sudo -n true"]);
  });
});

describe("a login shell", () => {
  const nologin = "This account is currently not available.\n";

  test("is asked once a connection whether it takes our quotes", async () => {
    let asked = 0;
    const loginShell = (command: string, channel: ServerChannel) => {
      asked += 1;
      runIn("sh", command, channel);
    };
    const host = await start({ loginShell });
    await host.run(["true"]);
    await host.run(["true"]);
    expect(asked).toBe(1);
  });

  test("may say something before", async () => {
    const loginShell = (command: string, channel: ServerChannel) => runIn("sh", `echo Welcome; ${command}`, channel);
    const host = await start({ loginShell });
    await host.run(["true"]);
  });

  test.each<[string, (command: string, channel: ServerChannel) => void, RegExp]>([
    [
      "is nologin",
      (_, channel) => answer(channel, 1, nologin),
      /It said: This account is currently not available\.\nSet/,
    ],
    ["is nologin, and ends well", (_, channel) => answer(channel, 0, nologin), /It said: This account/],
    [
      "ends the quotes with the line, as csh does",
      (_, channel) => answer(channel, 1, "", 'Unmatched "\'".\n'),
      /Unmatched/,
    ],
    ["takes a backslash away", (_, channel) => answer(channel, 0, "it's one\n$word"), /it's one\n\$word\nSet/],
    ["fills in a variable", (_, channel) => answer(channel, 0, "it's \\one\n"), /so nothing was run there/],
    ["says nothing", (_, channel) => answer(channel, 1), /so nothing was run there\.\nSet another shell there \(`chsh/],
  ])("that %s is refused before any command, even one whose failure is an answer", async (_, loginShell, reason) => {
    const host = await start({ loginShell });
    const error = await failure(host.tryRun(["test", "-e", "/x"]));
    expect(error).toBeInstanceOf(LoginShellRefused);
    expect(error.message).toMatch(reason);
    expect(server.commands).toEqual([]);
  });

  test("that is broken off has seen no command", async () => {
    const broken = await start({ loginShell: () => server.cut() });
    expect(await failure(broken.run(["true"]))).toBeInstanceOf(HostUnreachable);
    expect(server.commands).toEqual([]);
  });
});

describe("a broken connection", () => {
  test("in the middle of a command is an error, and the command is not repeated", async () => {
    const host = await start({ run: (_, _channel, connection) => destroySocket(connection) });
    const error = await failure(host.run(["virsh", "migrate", "vm"]));
    expect(error).toBeInstanceOf(ConnectionLost);
    expect(error.message).toMatch(/while this ran there: virsh migrate vm\nIt may have taken effect\.$/);
    expect(server.commands).toHaveLength(1);
  });

  test("shows of a script its first line only", async () => {
    const host = await start({ run: (_, _channel, connection) => destroySocket(connection) });
    const error = await failure(host.run(["sh", "-ec", 'virsh list\n  echo "$1"', "sh", "x"]));
    expect(error.message).toMatch(/while this ran there: sh -ec 'virsh list …\nIt may have taken effect\.$/);
  });

  test("before the host has agreed to run a command counts as in the middle: it may have run", async () => {
    const host = await start({ cutOnCommand: true });
    expect(await failure(host.run(["virsh", "migrate", "vm"]))).toBeInstanceOf(ConnectionLost);
    expect(server.commands).toHaveLength(1);
  });

  test("ends every command that runs on it, and the next one gets a new connection", async () => {
    let breaks = true;
    const host = await start({ run: (_, channel) => (breaks ? undefined : answer(channel, 0, "back\n")) });
    const errors = [failure(host.run(["one"])), failure(host.run(["two"]))];
    while (server.commands.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    breaks = false;
    server.cut();
    for (const error of await Promise.all(errors)) expect(error).toBeInstanceOf(ConnectionLost);
    expect((await host.run(["three"])).stdout).toBe("back\n");
    expect(server.connections).toBe(2);
  });

  test("that was over before the command is replaced, and nobody notices", async () => {
    const host = await start();
    await host.run(["true"]);
    await server.hangUp();
    expect((await host.run(["echo", "still here"])).stdout).toBe("still here\n");
    expect(server.connections).toBe(2);
  });
});

test("a command that does not end is given up, the connection goes on", async () => {
  const host = await start({ run: (command, channel) => (command.includes("hang") ? undefined : answer(channel, 0)) });
  const error = await failure(host.run(["hang"], { timeoutMs: 50 }));
  expect(error).toBeInstanceOf(CommandTimedOut);
  expect(error.message).toMatch(
    /^Command timed out after 0\.05 s on root@127\.0\.0\.1:\d+: hang\nIt may have taken effect, or still be running\.$/,
  );
  await host.run(["quick"]);
  expect(server.connections).toBe(1);
});

test("waiting ends on the caller's signal", async () => {
  const host = await start({ run: () => {} });
  const stop = new AbortController();
  const running = failure(host.run(["hang"], { signal: stop.signal }));
  while (server.commands.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error("cancelled by the user"));
  expect((await running).message).toBe("cancelled by the user");
  expect((await failure(host.run(["later"], { signal: stop.signal }))).message).toBe("cancelled by the user");
  expect(server.commands).toHaveLength(1);
});

test("a command that ends in the packet that says it has begun is not taken for lost", async () => {
  const host = await start({ run: (_, channel) => answer(channel, 0, "quick\n") });
  const inOnePacket = () => host.run(["true"]).then(({ stdout }) => expect(stdout).toBe("quick\n"));
  for (let round = 0; round < 100; round++) await Promise.all(Array.from({ length: 8 }, inOnePacket));
});

test("many commands share one connection, a few at a time", async () => {
  const running: ServerChannel[] = [];
  let most = 0;
  const host = await start({
    run: (_, channel) => {
      running.push(channel);
      most = Math.max(most, running.length);
      const answerAll = () => {
        for (const one of running.splice(0)) answer(one, 0);
      };
      if (running.length === 8) setTimeout(answerAll, 50); // one too many would come meanwhile
    },
  });
  await Promise.all(Array.from({ length: 40 }, () => host.run(["true"])));
  expect(server.commands).toHaveLength(40);
  expect(server.connections).toBe(1);
  expect(most).toBe(8);
});
