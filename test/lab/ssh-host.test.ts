import type { LabHost } from "../../lab/lab-host";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import {
  CommandFailed,
  ConnectionLost,
  HostKeyRefused,
  HostUnreachable,
  SudoRefused,
  ToolMissing,
} from "../../provider/host/errors";
import { removeFile, writeTextFile } from "../../provider/host/files";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { lengthyTest, runningLab } from "./support";

const { lab, hvA, hvB } = runningLab();
const argsFor = (host: LabHost): ConnectionArgs => ({
  address: host.address,
  identityFile: lab.ssh.identityFile,
  knownHosts: lab.ssh.knownHostsFile,
  agent: false,
});
const root = new SshHost(argsFor(hvA));
const admin = new SshHost({ ...argsFor(hvA), user: "admin" });

beforeAll(() =>
  hvA.script(
    `id admin 2>/dev/null || useradd --create-home --shell /bin/bash admin
     install -d -o admin -g admin -m 700 /home/admin/.ssh
     install -o admin -g admin -m 600 /root/.ssh/authorized_keys /home/admin/.ssh/authorized_keys`,
  ),
);
afterEach(closeConnections);

test("a real sshd runs commands with their arguments as they are", async () => {
  const hostile = ["it's", "$(reboot)", "a\nb", "*", "", "-n", "x".repeat(300)];
  expect((await root.run(["printf", "%s|", ...hostile])).stdout).toBe(`${hostile.join("|")}|`);
  expect((await root.run(["id", "-un"])).stdout).toBe("root\n");
  await expect(root.run(["virsh", "dominfo", "absent"])).rejects.toThrow(
    /ended with exit code 1 .*\nerror: failed to get domain 'absent'/s,
  );
});

test("more commands at once than sshd allows sessions on a connection", async () => {
  const results = await Promise.all(Array.from({ length: 24 }, (_, index) => root.run(["echo", String(index)])));
  expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 24 }, (_, index) => index));
});

test("a missing program is named", async () => {
  await expect(root.run(["no-such-program"])).rejects.toThrow(ToolMissing);
  await expect(root.run(["no-such-program"])).rejects.toThrow(
    "There is no no-such-program on root@10.77.0.11. Install it.",
  );
});

test("a user other than root works through sudo, once sudo lets him", async () => {
  await hvA.exec(["rm", "-f", "/etc/sudoers.d/admin"]);
  await expect(admin.run(["id", "-un"])).rejects.toThrow(SudoRefused);
  await hvA.script('echo "admin ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/admin');
  expect((await admin.run(["id", "-un"])).stdout).toBe("root\n");
  await expect(admin.run(["false"])).rejects.toThrow(CommandFailed);
});

test("a host behind another one is reached through it", async () => {
  const behind = new SshHost({ ...argsFor(hvB), proxyJump: argsFor(hvA) });
  expect((await behind.run(["hostname"])).stdout).toBe("hv-b\n");
  expect((await behind.run(["sh", "-c", "echo $SSH_CLIENT"])).stdout).toMatch(/^10\.77\.0\.11 /);
});

test("a key that the lab did not record is refused", async () => {
  const { knownHosts: _, ...args } = argsFor(hvA);
  await expect(new SshHost({ ...args, knownHosts: "/dev/null" }).run(["true"])).rejects.toThrow(HostKeyRefused);
  const wrong = new SshHost({ ...args, hostKey: "SHA256:wrong" });
  await expect(wrong.run(["true"])).rejects.toThrow(/showed the host key SHA256:\S{43}, but hostKey is SHA256:wrong/);
});

test("a file gets its owner and mode", async () => {
  await writeTextFile(root, "/root/it's a file", "content\n", { mode: 0o640, owner: "admin", group: "kvm" });
  expect((await root.run(["stat", "-c", "%U %G %a", "/root/it's a file"])).stdout).toBe("admin kvm 640\n");
  expect((await root.run(["cat", "/root/it's a file"])).stdout).toBe("content\n");
  await removeFile(root, "/root/it's a file");
  expect((await root.tryRun(["test", "-e", "/root/it's a file"])).exitCode).toBe(1);
});

lengthyTest("a network that breaks under a command ends it; the next one finds the host again", async () => {
  const host = new SshHost({ ...argsFor(hvB), connectTimeoutSeconds: 5 });
  await host.run(["true"]);
  const broken = host.run(["sleep", "500"], { timeoutMs: 600_000 }).catch((error: unknown) => error);
  await hvB.partition();
  expect(await broken).toBeInstanceOf(ConnectionLost);
  await expect(host.run(["true"])).rejects.toThrow(HostUnreachable);
  await hvB.heal();
  expect((await host.run(["hostname"])).stdout).toBe("hv-b\n");
});
