/** What a QemuGuest's preflight finds about hosts, by the real scripts. */
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import type { Candidate } from "../../provider/placement/observe/candidate";
import type { QemuGuestOptions } from "../../provider/qemu/guest";
import { hostFindings, pairFindings } from "../../provider/qemu/preflight/hosts";
import type { Operation } from "../../provider/util/operation";
import { ScriptedHost } from "./scripted-host";

afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
});

const guest = {
  domain: { uuid: "a2a8", name: "web" },
  migration: { ports: { min: 62_311, max: 62_313 } },
} as unknown as QemuGuestOptions; // the rest is not looked at
const operation = { acts: true, signal: new AbortController().signal } as Operation;

async function candidate(name: string, address: string): Promise<Candidate> {
  const { args } = await ScriptedHost.start();
  const limits = { maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  return { name, address, port: args.port ?? 0, host: new SshHost(args), ...limits };
}

test("memory that a host does not have", async () => {
  const on = await candidate("hv-a", "127.0.0.1");
  expect(await hostFindings(guest, on, ["-m", "64M"], operation)).toEqual([]);
  expect(await hostFindings(guest, on, ["-m", "512T"], operation)).toEqual([
    expect.objectContaining({ code: "memory-short", seen: expect.stringContaining("web has 536870912 MiB") }),
  ]);
});

test("hosts that go together, a name that leads nowhere, and memory that is not there", async () => {
  const from = await candidate("hv-a", "127.0.0.1");
  const to = await candidate("hv-b", "127.0.0.1");
  expect(await pairFindings(guest, from, to, ["-m", "64M"], operation)).toEqual([]);
  const lost = await pairFindings(guest, from, { ...to, address: "hv-b.invalid" }, ["-m", "512T"], operation);
  expect(lost.map(({ code, hostName }) => `${code} ${hostName}`)).toEqual([
    "name-unresolved hv-a",
    "name-unresolved hv-b",
    "memory-short hv-b",
  ]);
});
