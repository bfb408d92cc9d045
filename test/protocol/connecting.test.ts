import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { CredentialUnusable, HostKeyRefused, HostUnreachable, LoginRefused } from "../../provider/host/errors";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { retryUntil } from "../../provider/util/policy";
import { ScriptedHost, silentPort } from "./scripted-host";

let server: ScriptedHost;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-protocol-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  server = await ScriptedHost.start();
});
afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});

const connect = (args: Partial<ConnectionArgs>) => new SshHost({ ...server.args, ...args }).run(["true"]);
/** Without a word of the user's: known_hosts alone decides. */
const connectKnownBy = (knownHosts: string) => {
  const { hostKey: _, ...args } = server.args;
  return new SshHost({ ...args, knownHosts }).run(["true"]);
};
const withoutKey = () => {
  const { privateKey: _, ...args } = server.args;
  return args;
};
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
};
const fingerprint = () =>
  execFileSync("ssh-keygen", ["-lf", "-"], { input: server.publicKey, encoding: "utf8" }).split(" ")[1] ?? "";
const knownAs = (name: string) => `${name} ${server.publicKey}\n`;
const address = () => `[127.0.0.1]:${server.args.port}`;
const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGW8RJKhkZHQ0mnh3sDL1Bn0m5+Yf0sFqE8k1r0j0p9X";

describe("the host's key", () => {
  test("is trusted when the user gave its fingerprint or the key itself", async () => {
    await connect({ hostKey: fingerprint() });
    await connect({ hostKey: `${server.publicKey} root@somewhere` });
    await new SshHost({ ...server.args, hostKey: [otherKey, fingerprint()] }).run(["true"]);
  });

  test("is trusted when known_hosts has it, hashed or not", async () => {
    await connectKnownBy(file("plain", knownAs(address())));
    const hashed = file("hashed", knownAs(address()));
    execFileSync("ssh-keygen", ["-q", "-H", "-f", hashed], { stdio: "ignore" });
    expect(readFileSync(hashed, "utf8")).toMatch(/^\|1\|/);
    await connectKnownBy(hashed);
  });

  test("that nobody knows is refused, with its fingerprint and how to compare it", async () => {
    const unknown = connectKnownBy(join(folder, "absent"));
    await expect(unknown).rejects.toThrow(HostKeyRefused);
    await expect(unknown).rejects.toThrow(
      `showed the host key ${fingerprint()}, and neither hostKey nor ${folder}/absent knows`,
    );
    await expect(unknown).rejects.toThrow("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ["another than the user's", () => connect({ hostKey: "SHA256:wrong" }), "but hostKey is SHA256:wrong"],
    [
      "another than known_hosts has",
      () => connectKnownBy(file("changed", `${address()} ${otherKey}\n`)),
      "has ssh-ed25519 SHA256:",
    ],
    [
      "revoked",
      () => connectKnownBy(file("revoked", `@revoked * ${server.publicKey}\n${knownAs(address())}`)),
      "marks as revoked",
    ],
  ])("that is %s is refused before anything is told to the host", async (_, attempt, reason) => {
    await expect(attempt()).rejects.toThrow(HostKeyRefused);
    await expect(attempt()).rejects.toThrow(reason);
    expect(server.commands).toEqual([]);
  });
});

describe("logging in", () => {
  const keyPair = (name: string, passphrase: string) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", join(folder, name)]);
    return join(folder, name);
  };

  test("a refused login names what was tried", async () => {
    await server.stop();
    server = await ScriptedHost.start({ login: () => false });
    const identityFile = keyPair("refused", "");
    const refused = new SshHost({ ...withoutKey(), identityFile }).run(["true"]);
    await expect(refused).rejects.toThrow(LoginRefused);
    await expect(refused).rejects.toThrow(`refused the login. Tried: identityFile ${identityFile}. Add the public key`);
  });

  test("an encrypted key needs its passphrase", async () => {
    const identityFile = keyPair("encrypted", "open sesame");
    const args = withoutKey();
    const locked = new SshHost({ ...args, identityFile }).run(["true"]);
    await expect(locked).rejects.toThrow(CredentialUnusable);
    await expect(locked).rejects.toThrow("no passphrase given");
    const wrong = new SshHost({ ...args, identityFile, passphrase: "open barley" }).run(["true"]);
    await expect(wrong).rejects.toThrow(CredentialUnusable);
    await expect(wrong).rejects.not.toThrow("barley");
    expect(server.connections).toBe(0);
    await new SshHost({ ...args, identityFile, passphrase: "open sesame" }).run(["true"]);
  });

  test.each<[string, Partial<ConnectionArgs>, string]>([
    [
      "identityFile that is not there",
      { identityFile: "/nowhere/key" },
      "identityFile /nowhere/key for root@127.0.0.1",
    ],
    ["agent that is not there", { agent: "/nowhere/agent" }, "agent /nowhere/agent for root@127.0.0.1"],
    ["privateKey that is none", { privateKey: "hello" }, "privateKey for root@127.0.0.1"],
  ])("an %s is refused before the host is touched", async (_, args, message) => {
    await expect(connect(args)).rejects.toThrow(CredentialUnusable);
    await expect(connect(args)).rejects.toThrow(message);
    expect(server.connections).toBe(0);
  });

  test("a real agent will do", async () => {
    const socket = join(folder, "agent.sock");
    const agent = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)?.[1]);
    try {
      execFileSync("ssh-add", ["-q", keyPair("for-agent", "")], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const args = withoutKey();
      await new SshHost({ ...args, agent: socket }).run(["true"]);
    } finally {
      process.kill(pid);
    }
  });
});

describe("a host that cannot be reached", () => {
  test("is an error that says that nothing is known", async () => {
    const { args } = server;
    await server.stop();
    const gone = new SshHost(args).run(["true"]).catch((error: Error) => error);
    expect(await gone).toBeInstanceOf(HostUnreachable);
    expect(String(await gone)).toMatch(
      /cannot be reached: connect ECONNREFUSED .*\. Nothing is known about what runs there\./,
    );
    server = await ScriptedHost.start();
  });

  test("because it accepts and then says nothing, is given up in time", async () => {
    const silent = await silentPort();
    const silence = new SshHost({ ...server.args, port: silent.port, connectTimeoutSeconds: 0.2 }).run(["true"]);
    await expect(silence).rejects.toThrow(HostUnreachable);
    silent.close();
  });

  test("because it says nothing, is given up on the caller's signal, unless somebody else still waits for it", async () => {
    const silent = await silentPort();
    const wait = (...stops: AbortController[]) =>
      stops.map(({ signal }) =>
        new SshHost({ ...server.args, port: silent.port, connectTimeoutSeconds: 3600 })
          .run(["true"], { signal })
          .catch(({ message }: Error) => message),
      );
    const waiting = (count: number) =>
      retryUntil(async () => expect(silent.waiting()).toBe(count), { everyMs: 5, timeoutMs: 60_000 });
    const [mine, other] = [new AbortController(), new AbortController()];
    const [first, second] = wait(mine, other);
    await waiting(1);
    mine.abort(new Error("enough"));
    expect(await first).toBe("enough");
    expect(silent.waiting()).toBe(1);
    other.abort(new Error("enough too"));
    expect(await second).toBe("enough too");
    await waiting(0);
    silent.close();
  });

  test("is given up when all connections are closed", async () => {
    const silent = await silentPort();
    const run = new SshHost({ ...server.args, port: silent.port, connectTimeoutSeconds: 3600 }).run(["true"]);
    await Promise.all([expect(run).rejects.toThrow(HostUnreachable), closeConnections()]);
    silent.close();
  });
});

describe("a process that is done ends by itself, though nobody closed anything", () => {
  /** Another process, which runs one command and prints what came of it. */
  const runInChild = async (args: ConnectionArgs, onAnswer = () => {}) => {
    const script = `
      const { SshHost } = require("./provider/host/ssh-host");
      new SshHost(${JSON.stringify(args)}).run(["echo", "done"]).then(
        ({ stdout }) => process.stdout.write(stdout),
        ({ name }) => console.log(name),
      );
    `;
    const argv = [process.execPath, "--import", "tsx", "-e", script];
    const { stdout } = await run(argv, { cwd: repository, timeoutMs: 60_000, onLine: onAnswer });
    return stdout.trim();
  };

  test("when the host answers", async () => {
    expect(await runInChild(server.args)).toBe("done");
  });

  test("when the host has lost its power since, or the one on the way too, or was refused before", async () => {
    const mortal = () => server.behindMortalPort();
    const [direct, gate, behind, refused] = [await mortal(), await mortal(), await mortal(), await mortal()];
    const bothLosePower = () => [gate, behind].map(({ losePower }) => losePower());
    const ends = await Promise.all([
      runInChild(direct.args, direct.losePower),
      runInChild({ ...behind.args, proxyJump: gate.args }, bothLosePower),
      runInChild({ ...refused.args, hostKey: "SHA256:wrong" }),
    ]);
    expect(ends).toEqual(["done", "done", "HostKeyRefused"]);
  });
});
