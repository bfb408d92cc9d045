/** Checks of the destination's name, by a real getent. */
import { SshHost } from "../../provider/host/ssh-host";
import type { Candidate } from "../../provider/placement/observe/candidate";
import { printFinding } from "../../provider/placement/preflight/finding";
import { nameFindings } from "../../provider/qemu/preflight/name-checks";
import { ScriptedHost } from "./scripted-host";

afterEach(() => ScriptedHost.stopAll());

async function problems(address: string, migrationAddress?: string): Promise<string[]> {
  const host = new SshHost((await ScriptedHost.start()).args);
  const limits = { port: 22, maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  const from: Candidate = { name: "hv-a", address: "192.0.2.1", host, ...limits };
  const to = { ...from, name: "hv-b", address, migrationAddress };
  return (await nameFindings(from, to, new AbortController().signal)).map(printFinding);
}

test("a name that resolves to the host itself is reported for both hosts, with the fix", async () => {
  const said = await problems("localhost");
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(
    /^On hv-a, localhost resolves to the host itself \(.*\), which no other host can reach\. Fix \/etc\/hosts or DNS there, or set migrationAddress of hv-b to an IP address\. \[name-of-itself\]$/,
  );
  expect(said[1]).toMatch(/^On hv-b, localhost resolves to the host itself/);
});

test("a name that cannot be resolved is reported", async () => {
  expect((await problems("hv-b.invalid"))[0]).toMatch(
    /^hv-a cannot resolve hv-b\.invalid, the migration address of hv-b\./,
  );
});

test("an IP address is accepted, also as the migrationAddress of a host with a bad name", async () => {
  expect(await problems("192.0.2.2")).toEqual([]);
  expect(await problems("localhost", "2001:db8::2")).toEqual([]);
});
