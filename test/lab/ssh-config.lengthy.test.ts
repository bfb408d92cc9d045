/** Hosts that only a configuration of ssh knows how to reach, as real sshds see it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LoginShellRefused, SudoRefused } from "../../provider/host/errors";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { lengthyTest, runningLab } from "./support";

const { lab, hvA, hvB } = runningLab();
const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-config-"));
const sshConfig = join(folder, "config");
const withUser = (name: string, shell: string) =>
  hvB.script(
    `id "$1" 2>/dev/null || useradd --create-home --shell "$2" "$1"
     install -d -o "$1" -g "$1" -m 700 "/home/$1/.ssh"
     install -o "$1" -g "$1" -m 600 /root/.ssh/authorized_keys "/home/$1/.ssh/authorized_keys"`,
    name,
    shell,
  );

beforeAll(async () => {
  await withUser("operator1", "/bin/bash");
  await withUser("locked1", "/usr/sbin/nologin");
  await withUser("silent1", "/bin/false");
  await hvB.script(
    "/usr/sbin/sshd -p 2222 -o PidFile=/run/kvm-live-sshd.pid; ip -6 addr replace fd77::12/64 dev vec0 nodad",
  );
  execFileSync("sh", [
    "-ec",
    'ip -6 addr replace fd77::1/64 dev "$(ip -o -4 addr show to 10.77.0.1 | cut -d " " -f 2)" nodad',
  ]);
  // Of ed25519 keys by address without a port, as ssh-keyscan writes them.
  writeFileSync(join(folder, "known"), readFileSync(lab.ssh.knownHostsFile));
  writeFileSync(
    sshConfig,
    `Host guarded*
  HostName ${hvB.address}
  Port 2222
  ProxyJump gate
Host guarded-admin
  User operator1
Host six
  HostName fd77::12
  HostKeyAlias ${hvB.address}
Host locked silent
  HostName ${hvB.address}
Host gate
  HostName ${hvA.address}
  User root
Host *
  IdentityFile ${lab.ssh.identityFile}
  UserKnownHostsFile ${join(folder, "known")}
  GlobalKnownHostsFile none
`,
  );
});
afterEach(closeConnections);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await hvB.script(
    `kill "$(cat /run/kvm-live-sshd.pid)"; rm -f /etc/sudoers.d/operator1; ip -6 addr del fd77::12/64 dev vec0
     for user in operator1 locked1 silent1; do userdel --remove "$user" 2>/dev/null || true; done`,
  );
});

const at = (address: string, more: object = {}) => new SshHost({ address, sshConfig, agent: false, ...more });

lengthyTest("another port, through a jump host, with a key and known hosts of the configuration", async () => {
  const host = at("guarded");
  expect(host.label).toBe("root@guarded:2222");
  expect((await host.run(["hostname"])).stdout).toBe("hv-b\n");
  expect((await host.run(["sh", "-c", 'echo "$SSH_CONNECTION"'])).stdout).toMatch(
    /^10\.77\.0\.11 \d+ 10\.77\.0\.12 2222$/m,
  );
});

lengthyTest("a user of the configuration works by sudo, once sudo lets him", async () => {
  await expect(at("guarded-admin").run(["id", "-un"])).rejects.toThrow(SudoRefused);
  await hvB.script('echo "operator1 ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/operator1');
  expect((await at("guarded-admin").run(["id", "-un"])).stdout).toBe("root\n");
});

lengthyTest("a host by IPv6, known by another name", async () => {
  expect((await at("six").run(["sh", "-c", 'echo "$SSH_CONNECTION"'])).stdout).toMatch(/^fd77::1 \d+ fd77::12 22$/m);
  await expect(at("fd77::12").run(["true"])).rejects.toThrow(/and neither hostKey nor .* knows the host/);
});

lengthyTest("a login shell that runs no commands is refused with its own words, and nothing is inferred", async () => {
  const locked = at("locked", { user: "locked1", sudo: false });
  await expect(locked.tryRun(["test", "-e", "/etc/passwd"])).rejects.toThrow(LoginShellRefused);
  await expect(locked.tryRun(["true"])).rejects.toThrow(
    /It said: This account is currently not available\.\nSet another shell/,
  );
  await expect(at("silent", { user: "silent1", sudo: false }).tryRun(["true"])).rejects.toThrow(LoginShellRefused);
});
