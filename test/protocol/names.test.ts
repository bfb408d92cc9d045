/** Names of hosts, looked up by a real getent. */
import { SshHost } from "../../provider/host/ssh-host";
import { nameFindings } from "../../provider/placement/preflight/names";
import { ScriptedHost } from "./scripted-host";

afterEach(() => ScriptedHost.stopAll());

async function found(...names: string[]) {
  const scripted = await ScriptedHost.start();
  const host = new SshHost(scripted.args);
  const hosts = ["hv-a", "hv-b"].map((name) => ({ name, host }));
  const used = names.map((name) => ({
    name,
    what: "the migration address of hv-b",
    subject: "Host.migrationAddress",
    instead: "set migrationAddress of hv-b to an IP address",
  }));
  return { findings: await nameFindings(hosts, used, new AbortController().signal), commands: scripted.commands };
}

test("a name that resolves to the host itself is found on each host, with the fix", async () => {
  const { findings } = await found("localhost");
  expect(findings.map(({ code, hostName }) => [code, hostName])).toEqual([
    ["name-of-itself", "hv-a"],
    ["name-of-itself", "hv-b"],
  ]);
  expect(findings[0]).toMatchObject({
    subject: "Host.migrationAddress",
    seen: expect.stringMatching(
      /^On hv-a, localhost resolves to the host itself \(.*\), which no other host can reach\.$/,
    ),
    fix: "Fix /etc/hosts or DNS there, or set migrationAddress of hv-b to an IP address.",
  });
});

test("a name that cannot be resolved is found", async () => {
  const { findings } = await found("localhost", "hv-b.invalid");
  expect(findings).toHaveLength(4);
  expect(findings[1]).toMatchObject({
    code: "name-unresolved",
    seen: "hv-a cannot resolve hv-b.invalid, the migration address of hv-b.",
  });
});

test("an IP address is nobody's question", async () => {
  const { findings, commands } = await found("192.0.2.2", "2001:db8::2");
  expect(findings).toEqual([]);
  expect(commands).toEqual([]);
});
