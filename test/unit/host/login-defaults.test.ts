/** Logins in the stack's configuration, for hosts that do not say otherwise. */
import { setLoginDefaults, withLoginDefaults } from "../../../provider/host/login-defaults";
import { SshHost } from "../../../provider/host/ssh-host";
import { configuredLogin } from "../../../provider/resources/shared/configured-login";

afterEach(() => setLoginDefaults({ login: {} }));

const set = (values: Record<string, unknown>) => setLoginDefaults(configuredLogin(values));

test("count where a host says nothing, for its jump host too, and are told", () => {
  set({ user: "admin", identityFile: "~/.ssh/fleet", knownHosts: "/etc/fleet/known_hosts", sshConfig: "false" });
  const login = { user: "admin", identityFile: "~/.ssh/fleet", knownHosts: "/etc/fleet/known_hosts", sshConfig: false };
  const { args, taken } = withLoginDefaults({ address: "hv-a", proxyJump: { address: "gate", user: "jumper" } });
  const { user: _, ...others } = login;
  expect(args).toEqual({ address: "hv-a", ...login, proxyJump: { address: "gate", user: "jumper", ...others } });
  expect(taken.map(({ keyword, place }) => `${keyword} ${place}`).slice(0, 4)).toEqual([
    "user kvm:user",
    "identityFile kvm:identityFile",
    "knownHosts kvm:knownHosts",
    "sshConfig kvm:sshConfig",
  ]);
  const host = new SshHost({ address: "hv-a" });
  expect([host.label, host.taken]).toEqual(["admin@hv-a", expect.arrayContaining(["user admin (kvm:user)"])]);
});

test("give way to what the host itself says, in whichever way it says it", () => {
  set({ user: "admin", identityFile: "~/.ssh/fleet", knownHosts: "/etc/fleet/known_hosts", sshConfig: "/etc/fleet" });
  const own = { address: "hv-a", user: "root", privateKey: "KEY", hostKey: "SHA256:x", sshConfig: false as const };
  expect(withLoginDefaults(own)).toEqual({ args: own, taken: [] });
});

test("that cannot be used are named when a host is asked, and nothing is asked of it", async () => {
  set({ user: "no user", sshConfig: "" });
  await expect(new SshHost({ address: "hv-a" }).run(["true"])).rejects.toThrow(
    /the stack's configuration: kvm:user must be a user name/,
  );
});

test("are nothing where nothing of it is configured", () => {
  expect([configuredLogin({ unknown: "x" }), configuredLogin({ user: undefined })]).toEqual([
    { login: {} },
    { login: {} },
  ]);
});
