/** What a host can answer to whoever takes a guest's lock, and how the connection to it can break. */
import type { ServerChannel } from "ssh2";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { AlreadyLocked } from "../../provider/placement/lock/host-lock";
import { type HostLocks, type LockedOperation, withHostLocks } from "../../provider/placement/lock/locks";
import { PlacementUnclear } from "../../provider/placement/migration/wait-until-settled";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { withPartLocked } from "../../provider/resources/shared/host-locks";
import { silentOperation } from "../silent-operation";
import { answer, type Script, ScriptedHost, separatorLine, withSeparator } from "./scripted-host";

const domain = { uuid: "0f0806ab-531d-6134-5def-c5b495529284", name: "web" };
const what = { id: domain.uuid, name: domain.name };
const run = { who: "anna", signal: new AbortController().signal };
const isLock = (command: string) => command.includes("flock -n");

/** Answers each line with the next of these, the last one for ever; ends when its input does. */
function says(channel: ServerChannel, ...lines: string[]): void {
  let turn = 0;
  channel.on("data", () => channel.write(lines[Math.min(turn++, lines.length - 1)] ?? ""));
  channel.on("end", () => endOf(channel));
}
const endOf = (channel: ServerChannel) => {
  channel.exit(0);
  channel.end();
};
const hostThat = (...lines: string[]) => ScriptedHost.start({ run: (_, channel) => says(channel, ...lines) });
const candidateAt = (name: string, { args }: ScriptedHost) => ({
  name,
  address: name,
  port: args.port ?? 22,
  host: new SshHost(args),
});
const guard = <T>(hosts: Record<string, ScriptedHost>, work: (locks: HostLocks) => Promise<T>) => {
  const candidates = Object.entries(hosts).map(([name, host]) => candidateAt(name, host));
  return withHostLocks({ what, candidates }, run, work);
};
const never = jest.fn(async () => {});

beforeEach(() => never.mockClear());
afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});

test.each([
  ["taken bert@home[7], since 2026-11-24T14:00:00Z\n", "bert@home[7], since 2026-11-24T14:00:00Z."],
  ["taken \u001b[2Jbert\n", "[2Jbert."],
  ["taken \n", "someone who has not said who it is."],
])("%j names the holder, and nothing is begun", async (line, holder) => {
  const a = await hostThat("held\n");
  const busy = guard({ a, b: await hostThat(line) }, never);
  await expect(busy).rejects.toThrow(AlreadyLocked);
  await expect(busy).rejects.toThrow(
    `web is locked by another run. The lock on b is held by ${holder}\nNothing was done.`,
  );
  expect(never).not.toHaveBeenCalled();
});

test("an answer may come in parts", async () => {
  const run: Script["run"] = (_, channel) => {
    channel.on("data", () => {
      channel.write("he");
      setTimeout(() => channel.write("ld\n"), 20);
    });
    channel.on("end", () => endOf(channel));
  };
  await guard({ a: await ScriptedHost.start({ run }) }, ({ assertHeld }) => assertHeld());
});

test.each<[string, (a: ScriptedHost) => void, RegExp]>([
  ["a connection that is lost", (a) => a.cut(), /web: its lock on a is not held, .*The connection to .* was lost/s],
])("%s under the work is found before the next step", async (_, fault, message) => {
  const a = await hostThat("held\n");
  const working = guard({ a }, async ({ assertHeld }) => {
    await assertHeld();
    fault(a);
    await assertHeld();
  });
  await expect(working).rejects.toThrow(message);
});

test("a host that ends the lock by itself tells why", async () => {
  const run: Script["run"] = (_, channel) => {
    channel.once("data", () => {
      channel.write("held\n");
      channel.once("data", () => answer(channel, 3, "", "no space left"));
    });
  };
  const working = guard({ a: await ScriptedHost.start({ run }) }, ({ assertHeld }) => assertHeld());
  await expect(working).rejects.toThrow(/its lock on a is not held, .*ended with exit code 3 \(no space left\)/s);
});

test("a host that cannot be reached is left to the work, which may not act", async () => {
  const [a, gone] = [await hostThat("held\n"), await hostThat("held\n")];
  const { args } = gone;
  await gone.stop();
  const candidates = [candidateAt("a", a), { name: "b", address: "b", port: 22, host: new SshHost(args) }];
  const seen = await withHostLocks({ what, candidates }, run, async ({ locked, assertHeld }) => {
    await expect(assertHeld()).rejects.toThrow(/its lock on b is not held, .*cannot be reached/s);
    return locked;
  });
  expect(seen).toEqual(["a"]);
});

describe("a part of a host", () => {
  const part = { id: "exports", name: "the NFS exports" };
  const hostOf = (one: ScriptedHost) => [{ ...candidateAt("nas", one), port: one.args.port }];

  test("is waited for while another run changes it, and who that is is told", async () => {
    const answers = ["taken bert@home[7]\n", "taken bert@home[7]\n", "held\n"];
    let turn = 0;
    const nas = await ScriptedHost.start({ run: (_, channel) => says(channel, answers[turn++] ?? "held\n") });
    const told: string[] = [];
    const operation = silentOperation({ progress: (line) => void told.push(line) });
    expect(await withPartLocked(operation, part, hostOf(nas), async () => turn)).toBe(3);
    expect(told).toEqual(Array(2).fill("waiting for another run that changes the NFS exports: bert@home[7]"));
  });

  test("is changed by one resource of this run after the other, also after one that failed", async () => {
    const nas = await hostThat("held\n");
    const order: string[] = [];
    const change = (name: string, fails = false) =>
      withPartLocked(silentOperation(), part, hostOf(nas), async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        order.push(`${name} ends`);
        if (fails) throw new Error(name);
      });
    const all = await Promise.allSettled([change("one", true), change("two"), change("three")]);
    expect(all.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(order).toEqual(["one", "two", "three"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test("is taken once on a machine that has two addresses", async () => {
    const operation = silentOperation();
    const twin = await hostThat(`taken ${operation.who}, since 2026-11-24T14:00:00Z\n`);
    const hosts = [...hostOf(await hostThat("held\n")), { ...candidateAt("twin", twin), port: twin.args.port }];
    expect(await withPartLocked(operation, part, hosts, async () => "changed")).toBe("changed");
  });

  test("Ctrl-C ends the waiting", async () => {
    const nas = await hostThat("taken bert\n");
    const stop = new AbortController();
    const operation = silentOperation({ cancelled: stop.signal, progress: () => stop.abort(new Error("Cancelled.")) });
    await expect(withPartLocked(operation, part, hostOf(nas), never)).rejects.toThrow("Cancelled.");
    expect(never).not.toHaveBeenCalled();
  });
});

describe("a placement", () => {
  const separator = `\n${separatorLine}\n`;
  const xml = `<domain type='kvm'><name>web</name><uuid>${domain.uuid}</uuid></domain>`;
  const running = [
    domain.uuid,
    "running (booted)",
    "Persistent:     yes",
    "Job type: 0",
    xml,
    "",
    "",
    "",
    `${domain.uuid} web\n`,
    `${domain.uuid}\n`,
  ];
  const hostWith = (lock: string, journal: string) =>
    ScriptedHost.start({
      run: (command, channel) => {
        if (isLock(command)) says(channel, lock);
        else
          answer(channel, 0, command.includes("tail -n") ? journal : withSeparator(command, running.join(separator)));
      },
    });
  async function placed(a: ScriptedHost, b: ScriptedHost) {
    const given = { domain: { ...domain, definition: xml }, host: "a", candidates: { a: a.args, b: b.args } };
    return domainPlacement.schema.parse(given);
  }
  /** What the shell does for a create or an update, without a state. */
  async function alone(
    inputs: Awaited<ReturnType<typeof placed>>,
    work: (operation: LockedOperation) => Promise<void>,
  ) {
    const operation = silentOperation();
    const model = domainPlacement.model(inputs, operation);
    await domainPlacement.exclusively?.(operation, model, (locked) =>
      work(locked).catch(async (error: Error) => {
        throw await domainPlacement.explain?.(locked, model, error);
      }),
    );
  }

  test("that is unclear tells what was done last, once", async () => {
    const [a, b] = [await hostWith("held\n", "2026 anna: web: start on a: done\n"), await hostWith("held\n", "")];
    const inputs = await placed(a, b);
    const failed = alone(inputs, async (locked) => {
      await domainPlacement.observe(locked, domainPlacement.model(inputs, locked));
    });
    const error = (await failed.catch((reason: Error) => reason)) as Error;
    expect(error).toBeInstanceOf(PlacementUnclear);
    expect(error.message).toMatch(/More than one/);
    expect(error.message.split("Its last journal entries").slice(1)).toEqual([
      " on a:\n  2026 anna: web: start on a: done",
    ]);
  });

  test("that another run acts on is not even looked at", async () => {
    const [a, b] = [await hostWith("taken bert\n", ""), await hostWith("taken bert\n", "")];
    await expect(alone(await placed(a, b), never)).rejects.toThrow(AlreadyLocked);
    expect(never).not.toHaveBeenCalled();
  });

  test("leaves out what is fenced", async () => {
    const [a, b] = [await hostWith("held\n", ""), await hostWith("taken bert\n", "")];
    await alone({ ...(await placed(a, b)), fenced: ["b"] }, never);
    expect(never).toHaveBeenCalled();
    expect(b.commands).toEqual([]);
  });
});
