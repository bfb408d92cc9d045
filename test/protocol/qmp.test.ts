import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerChannel } from "ssh2";
import { quoteCommand } from "../../provider/host/command";
import { HostUnreachable, SocketClosed, ToolMissing } from "../../provider/host/errors";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { MonitorClosed, MonitorTimedOut, QmpError } from "../../provider/qemu/errors";
import { withQmp } from "../../provider/qemu/qmp/session";
import { event, Monitor, ok, type Request, socat } from "./qmp-monitor";
import { answer, ScriptedHost } from "./scripted-host";

const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-qmp-"));
const socket = (name: string) => join(folder, name);
const what = "The monitor of vm";

const start = async (script?: Parameters<typeof ScriptedHost.start>[0]) => {
  const server = await ScriptedHost.start(script);
  return { server, host: new SshHost(server.args) };
};
const failure = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: Error) => error,
  );
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
  Monitor.stopAll();
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a command is answered after any event, and the socket is free again afterwards", async () => {
  const { host } = await start();
  const monitor = await Monitor.listen(socket("plain"), (request) => [event("STOP"), ok(request, { running: true })]);
  const status = await withQmp(host, [monitor.path], what, (qmp) =>
    qmp.execute<{ running: boolean }>("query-status", { deep: "ä" }),
  );
  expect(status).toEqual({ running: true });
  expect(monitor.requests).toEqual([
    { execute: "qmp_capabilities", id: 1 },
    { execute: "query-status", arguments: { deep: "ä" }, id: 2 },
  ]);
  await until(() => monitor.clients === 0);
  expect(await withQmp(host, [monitor.path], what, async () => "again")).toBe("again");
});

test("several commands at once get their own answers, in any order and in any pieces", async () => {
  const { host } = await start();
  const asked: Request[] = [];
  const monitor = await Monitor.listen(socket("several"), (request, client) => {
    asked.push(request);
    if (asked.length < 3) return [];
    const lines = asked.reverse().map((each) => `${JSON.stringify(ok(each, `€ ${each.execute}`))}\r\n`);
    const bytes = Buffer.from(lines.join(""));
    const middleOfSign = bytes.indexOf("€") + 1;
    client.write(bytes.subarray(0, middleOfSign));
    setTimeout(() => client.write(bytes.subarray(middleOfSign)), 20);
    return [];
  });
  const answers = await withQmp(host, [monitor.path], what, (qmp) =>
    Promise.all(["one", "two", "three"].map((command) => qmp.execute(command))),
  );
  expect(answers).toEqual(["€ one", "€ two", "€ three"]);
});

test("QEMU's refusal has its own text, and the session continues", async () => {
  const { host } = await start();
  const refusal = { class: "CommandNotFound", desc: "The command nonsense has not been found" };
  const monitor = await Monitor.listen(socket("refusing"), (request) =>
    request.execute === "nonsense" ? [{ error: refusal, id: request.id }] : [ok(request, "fine")],
  );
  await withQmp(host, [monitor.path], what, async (qmp) => {
    const error = await failure(qmp.execute("nonsense"));
    expect(error).toBeInstanceOf(QmpError);
    expect(error).toMatchObject({ command: "nonsense", errorClass: refusal.class, desc: refusal.desc });
    expect(error.message).toBe(`${what} on ${host.label}: nonsense: ${refusal.desc}`);
    expect(await qmp.execute("stop")).toBe("fine");
  });
});

test("closed sockets are reported with the host and both causes", async () => {
  const { host } = await start();
  const path = socket("none");
  const error = await failure(withQmp(host, [path, socket("neither")], what, async () => {}));
  expect(error).toBeInstanceOf(SocketClosed);
  expect(error).toMatchObject({ host: host.label, what, path });
  expect(error.message).toContain(`${what}: ${path} on ${host.label} cannot be reached (`);
  expect(error.message).toMatch(/nothing is listening, .* sshd forbids .* \(AllowStreamLocalForwarding/);
});

test("a socket that takes no more clients is skipped", async () => {
  const { host } = await start();
  const second = await Monitor.listen(socket("other"), (request) => [ok(request, "from the second")]);
  const execute = withQmp(host, [socket("none"), second.path], what, (qmp) => qmp.execute("query-status"));
  expect(await execute).toBe("from the second");
});

describe("a socket that another client holds", () => {
  const held = async (name: string) => {
    const monitor = await Monitor.listen(socket(name));
    await once(connect(monitor.path), "data");
    return monitor;
  };

  test("is skipped", async () => {
    const { host } = await start();
    const monitor = await held("held");
    const second = await Monitor.listen(socket("second"), (request) => [ok(request, "from the second")]);
    const sockets = [monitor.path, second.path];
    const execute = () => withQmp(host, sockets, what, (qmp) => qmp.execute("query-status"), { greetingMs: 200 });
    expect(await execute()).toBe("from the second");
    expect(monitor.requests).toEqual([]);
    await until(() => monitor.clients === 1 && second.clients === 0);
  });

  test("times out when no other socket greets", async () => {
    const { host } = await start();
    const [one, two] = [await held("held-1"), await held("held-2")];
    const sockets = [one.path, socket("none"), two.path];
    const error = await failure(withQmp(host, sockets, what, async () => {}, { greetingMs: 100 }));
    expect(error).toBeInstanceOf(MonitorTimedOut);
    expect(error.message).toBe(`${what} on ${host.label}: no greeting at ${sockets.join(", ")} within 0.1 s.`);
    await until(() => one.clients === 1 && two.clients === 1);
  });
});

test("a command without an answer times out, and its late answer is ignored", async () => {
  const { host } = await start();
  const monitor = await Monitor.listen(socket("slow"), (request, client) => {
    if (request.execute !== "slow") return [ok(request, "quick")];
    setTimeout(() => client.write(`${JSON.stringify(ok(request, "late"))}\r\n`), 150);
    return [];
  });
  const work = withQmp(
    host,
    [monitor.path],
    what,
    async (qmp) => {
      const error = await failure(qmp.execute("slow"));
      expect(error).toBeInstanceOf(MonitorTimedOut);
      expect(error.message).toBe(`${what} on ${host.label}: no answer to slow within 0.1 s.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return qmp.execute("quick");
    },
    { answerMs: 100 },
  );
  expect(await work).toBe("quick");
});

describe("a session that ends in the middle", () => {
  test("because QEMU does", async () => {
    const { host } = await start();
    const monitor = await Monitor.listen(socket("ending"), (_, client) => {
      client.destroy();
      return [];
    });
    const error = await failure(
      withQmp(host, [monitor.path], what, async (qmp) => {
        const errors = await Promise.all([failure(qmp.execute("quit")), failure(qmp.execute("query-status"))]);
        for (const each of errors) expect(each).toBeInstanceOf(MonitorClosed);
        await qmp.execute("later");
      }),
    );
    expect(error).toBeInstanceOf(MonitorClosed);
    expect(error.message).toBe(`${what} on ${host.label}: QEMU ended or the connection broke before it answered.`);
  });

  test("because the connection breaks", async () => {
    const { host, server } = await start();
    const monitor = await Monitor.listen(socket("cut"), () => {
      server.cut();
      return [];
    });
    const execute = () => withQmp(host, [monitor.path], what, (qmp) => qmp.execute("query-status"));
    expect(await failure(execute())).toBeInstanceOf(MonitorClosed);
    expect(await failure(execute())).toBeInstanceOf(MonitorClosed);
    expect(server.connections).toBe(2);
  });

  test("because something other than QMP arrives", async () => {
    const { host } = await start();
    const monitor = await Monitor.listen(socket("nonsense"), (_, client) => {
      client.write("(qemu) what?\n");
      return [];
    });
    const error = await failure(withQmp(host, [monitor.path], what, (qmp) => qmp.execute("query-status")));
    expect(error).toBeInstanceOf(MonitorClosed);
    expect(error.message).toContain("it sent something that is not QMP: (qemu) what?");
  });

  test("because its work fails or the caller cancels: the socket is free again", async () => {
    const { host } = await start();
    const monitor = await Monitor.listen(socket("given-up"), () => []);
    const failed = withQmp(host, [monitor.path], what, () => Promise.reject(new Error("no luck")));
    expect((await failure(failed)).message).toBe("no luck");
    await until(() => monitor.clients === 0);
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const waiting = failure(withQmp(host, [monitor.path], what, (qmp) => qmp.execute("wait"), options));
    await until(() => monitor.requests.at(-1)?.execute === "wait");
    stop.abort(new Error("cancelled by the user"));
    expect((await waiting).message).toBe("cancelled by the user");
    await until(() => monitor.clients === 0);
    const later = withQmp(host, [monitor.path], what, async () => {}, options);
    expect((await failure(later)).message).toBe("cancelled by the user");
  });
});

test("a connection that was closed before is replaced", async () => {
  const { host, server } = await start();
  const monitor = await Monitor.listen(socket("replaced"));
  await host.run(["true"]);
  await server.hangUp();
  await withQmp(host, [monitor.path], what, (qmp) => qmp.execute("query-status"));
  expect(server.connections).toBe(2);
});

test("a host that cannot be reached says nothing about its sockets", async () => {
  const { host, server } = await start();
  await server.stop();
  expect(await failure(withQmp(host, ["/x"], what, async () => {}))).toBeInstanceOf(HostUnreachable);
});

describe("for a user with sudo", () => {
  const asAdmin = async (run: (address: string, channel: ServerChannel) => void = socat) => {
    const { server } = await start({
      run: (command, channel) => {
        const [, quoted] = /^sudo -n -- env LC_ALL=C socat -d -d - (.*)$/s.exec(command) ?? [];
        if (quoted) run(execFileSync("sh", ["-c", `printf %s ${quoted}`]).toString(), channel);
        else answer(channel, 0);
      },
    });
    return { server, host: new SshHost({ ...server.args, user: "admin" }) };
  };

  test("root's socket is opened by socat", async () => {
    const { server, host } = await asAdmin();
    const monitor = await Monitor.listen(socket("a,b:c!!d"), (request) => [event("RESUME"), ok(request, "by socat")]);
    expect(await withQmp(host, [monitor.path], what, (qmp) => qmp.execute("query-status"))).toBe("by socat");
    const address = `UNIX-CONNECT:${folder}/a\\,b\\:c\\!\\!d,connect-timeout=5`;
    const socatCommand = ["sudo", "-n", "--", "env", "LC_ALL=C", "socat", "-d", "-d", "-", address];
    expect(server.commands).toEqual(["sudo -n true", quoteCommand(socatCommand)]);
    await until(() => monitor.clients === 0);
  });

  test("a closed socket is reported with socat's message", async () => {
    const { host } = await asAdmin();
    const error = await failure(withQmp(host, [socket("none")], what, async () => {}));
    expect(error).toBeInstanceOf(SocketClosed);
    expect(error).toMatchObject({ path: socket("none"), reason: expect.stringMatching(/^connect\(.*ENOENT/) });
  });

  test("a QEMU that ends is noticed, and so is a connection that breaks", async () => {
    const { server, host } = await asAdmin();
    const monitor = await Monitor.listen(socket("ends"), (request, client) => {
      if (request.execute === "quit") client.destroy();
      else server.cut();
      return [];
    });
    for (const command of ["quit", "query-status"])
      expect(await failure(withQmp(host, [monitor.path], what, (qmp) => qmp.execute(command)))).toBeInstanceOf(
        MonitorClosed,
      );
  });

  test("a missing socat is named with its package", async () => {
    const says = "env: 'socat': No such file or directory\n";
    const { host } = await asAdmin((_, channel) => answer(channel, 127, "", says));
    const error = await failure(withQmp(host, ["/x"], what, async () => {}));
    expect(error).toBeInstanceOf(ToolMissing);
    expect(error.message).toMatch(/There is no socat on admin@.* `apt-get install socat`\.$/);
  });

  test("waiting for socat ends on the caller's signal, and socat with it", async () => {
    let hasEnded = false;
    const { server, host } = await asAdmin((_, channel) => {
      channel.on("close", () => {
        hasEnded = true;
      });
      channel.resume();
    });
    const stop = new AbortController();
    const waiting = failure(withQmp(host, ["/x"], what, async () => {}, { signal: stop.signal }));
    await until(() => server.commands.length === 2);
    stop.abort(new Error("cancelled by the user"));
    expect((await waiting).message).toBe("cancelled by the user");
    await until(() => hasEnded);
  });
});
