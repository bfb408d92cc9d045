/** A host that only the configuration of ssh knows how to reach. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigUnusable, HostKeyRefused, LoginRefused } from "../../provider/host/errors";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { clientKey, ScriptedHost } from "./scripted-host";

const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-config-"));
const path = (name: string) => join(folder, name);
const sshConfig = path("config");
const write = (name: string, text: string) => writeFileSync(path(name), text, { mode: 0o600 });

afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});
afterAll(() => rmSync(folder, { recursive: true }));

const users: string[] = [];
const start = () =>
  ScriptedHost.start({
    login: ({ username, method }) => {
      users.push(username);
      return method === "publickey";
    },
  });

test("port, user, key, known hosts and jump host come from it, and each hop shows its own key", async () => {
  const [gate, inner] = [await start(), await start()];
  write("key", clientKey.private);
  write("known", `gate-key ${gate.publicKey}\n[127.0.0.1]:${inner.args.port} ${inner.publicKey}\n`);
  const config = `Host inner
  HostName 127.0.0.1
  Port ${inner.args.port}
  User admin
  ProxyJump gate
Host gate
  HostName 127.0.0.1
  Port ${gate.args.port}
  User carol
  HostKeyAlias gate-key
Host *
  IdentityFile ${path("key")}
  UserKnownHostsFile ${path("known")}
  GlobalKnownHostsFile none
`;
  write("config", config);
  const host = new SshHost({ address: "inner", sshConfig, agent: false, sudo: false });
  expect(host.label).toBe(`admin@inner:${inner.args.port}`);
  expect(host.taken).toContain(`port ${inner.args.port} (${sshConfig}:3)`);
  await host.run(["true"]);
  expect([...new Set(users)]).toEqual(["carol", "admin"]);
  expect([gate.commands, inner.commands]).toEqual([[], ["env LC_ALL=C true"]]);

  await closeConnections();
  write("known", `gate-key ${inner.publicKey}\n[127.0.0.1]:${inner.args.port} ${inner.publicKey}\n`);
  await expect(host.run(["true"])).rejects.toThrow(HostKeyRefused);
  await expect(host.run(["true"])).rejects.toThrow(/^carol@gate:\d+ showed the host key .*\/known has ssh-ed25519/);

  write("config", config.replace("GlobalKnownHostsFile none", "StrictHostKeyChecking no\n  GlobalKnownHostsFile none"));
  await expect(new SshHost({ address: "inner", sshConfig, agent: false }).run(["true"])).rejects.toThrow(
    HostKeyRefused,
  );
});

test("what the program says wins", async () => {
  const server = await start();
  write("config", `Host *\n  HostName 127.0.0.1\n  Port 1\n  User nobody\n  IdentityFile /none\n  ProxyJump none\n`);
  const { address: _, ...args } = server.args;
  const host = new SshHost({ ...args, address: "hv-a", user: "root", sshConfig });
  expect(host.label).toBe(`root@hv-a:${args.port}`);
  expect(host.taken).toEqual([`hostname 127.0.0.1 (${sshConfig}:2)`, `proxyjump none (${sshConfig}:6)`]);
  await host.run(["true"]);
});

test("a key that cannot be read is left out, as ssh does", async () => {
  const server = await start();
  write("config", `IdentityFile ${path("none")}\n`);
  const { privateKey: _, ...args } = server.args;
  await expect(new SshHost({ ...args, sshConfig }).run(["true"])).rejects.toThrow(LoginRefused);
});

test("a configuration that cannot be followed is an error with its place, and nothing is contacted", async () => {
  const server = await start();
  write("config", "Host *\n  ProxyCommand nc %h %p\n");
  const host = new SshHost({ ...server.args, sshConfig });
  await expect(host.run(["true"])).rejects.toThrow(ConfigUnusable);
  await expect(host.run(["true"])).rejects.toThrow(
    `${sshConfig}:2: proxycommand is not supported: use ProxyJump there or set proxyJump. Mend it there, or set sshConfig: false`,
  );
  const absent = new SshHost({ ...server.args, sshConfig: path("absent") });
  await expect(absent.run(["true"])).rejects.toThrow(`${path("absent")}: there is no such file`);
  expect(server.connections).toBe(0);
});
