/** `kvm-live history`, of journals in folders. */
import { closeConnections } from "../../provider/host/ssh-host";
import { kvmLive, stateOf } from "./command-line";
import { type NamedHosts, namedHosts } from "./command-line-hosts";
import type { LibvirtInFolder } from "./libvirt-in-a-folder";
import { stopProgrammedHosts } from "./programmed-host";

const uuidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
let named: NamedHosts;
const on = (name: string) => named.hosts[name] as LibvirtInFolder;

const line = (second: number, guest: string, what: string, who = "root@adm[11] urn:pulumi:p::q::t::web") =>
  `2026-11-28T08:00:${String(second).padStart(2, "0")}.000Z ${who}: ${guest}: ${what}`;

beforeEach(async () => {
  named = await namedHosts(["hv-a", "hv-b"]);
  const move = [line(1, "web", "migrate from hv-a to hv-b: begun"), line(9, "web", "migrate from hv-a to hv-b: done")];
  on("hv-a").setJournal(uuidOf(1), [line(0, "web", "start on hv-a: done"), ...move]);
  on("hv-b").setJournal(uuidOf(1), move);
  on("hv-b").setJournal(uuidOf(2), [line(5, "db", "define on hv-b: failed: error: disk full", "bob@pc[7]")]);
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
  named.remove();
});

const history = (argv: string[], surroundings = {}) => kvmLive(["history", ...argv, ...named.ssh], surroundings);

test("of a guest: the journals of all hosts in one order, a move that is noted on both once", async () => {
  const { code, out, err } = await history(["web", "--on", "hv-a", "hv-b"]);
  expect(out).toBe(
    [
      "TIME (UTC)           GUEST  WHAT                              HOSTS       WHO",
      "2026-11-28 08:00:00  web    start on hv-a: done               hv-a        root@adm[11]",
      "2026-11-28 08:00:01  web    migrate from hv-a to hv-b: begun  hv-a, hv-b  root@adm[11]",
      "2026-11-28 08:00:09  web    migrate from hv-a to hv-b: done   hv-a, hv-b  root@adm[11]",
      "",
    ].join("\n"),
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect((await history([uuidOf(1), "--on", "hv-a", "hv-b"])).out).toBe(out);
});

test("of a host: all its guests, with what failed and why; as many lines as are asked for", async () => {
  const { out } = await history(["hv-b", "--json"]);
  const { entries, silent } = JSON.parse(out);
  expect(silent).toEqual([]);
  expect(entries.map(({ guest }: { guest: string }) => guest)).toEqual(["web", "db", "web"]);
  expect(entries[1]).toEqual({
    uuid: uuidOf(2),
    at: "2026-11-28T08:00:05.000Z",
    who: "bob@pc[7]",
    guest: "db",
    step: "define on hv-b",
    outcome: "failed: error: disk full",
    hosts: ["hv-b"],
  });
  expect((await history(["hv-b", "--lines", "1"])).out.trim().split("\n")).toHaveLength(2);
});

test("a narrow terminal gets an entry in two lines, none wider than it", async () => {
  const { out } = await history(["web", "--on", "hv-a", "hv-b"], { columns: 60 });
  expect(out).toContain("2026-11-28 08:00:00, web: start on hv-a: done\n  on hv-a, by root@adm[11]\n");
  for (const each of out.split("\n")) expect(each.length).toBeLessThanOrEqual(60);
});

test("a host that does not answer is said, and nothing noted is no error", async () => {
  await on("hv-b").scripted.stop();
  const { code, out } = await history(["web", "--on", "hv-a", "hv-b"]);
  expect(out).toMatch(/start on hv-a: done.*hv-b, no answer: .*cannot be reached/s);
  expect(code).toBe(3);
  expect(await history(["nobody", "--on", "hv-a"])).toMatchObject({ code: 0, out: "Nothing is noted.\n" });
});

test("of a stack: a name of a host is the host, any other is a guest", async () => {
  const hosts = Object.fromEntries(Object.entries(named.hosts).map(([name, { scripted }]) => [name, scripted]));
  const state = JSON.parse(stateOf(hosts));
  for (const { inputs } of state.deployment.resources) delete inputs.sshConfig;
  const file = named.file("state.json", JSON.stringify(state));
  expect((await history(["hv-a", "--state", file])).out).toContain("start on hv-a");
  expect((await history(["db", "--state", file])).out).toMatch(/db +define on hv-b: failed: error: disk full/);
});

test.each<[string[], RegExp]>([
  [["web", "--on", "hv-a", "--lines", "0"], /--lines 0: must be a whole number from 1 to 10000/],
  [["web", "--on", "hv-a", "--stack", "prod"], /Give one of them: hosts, --stack/],
  [[], /missing required argument 'guest-or-host'/],
])("%j is not understood", async (argv, problem) => {
  const { code, err } = await history(argv);
  expect(code).toBe(2);
  expect(err).toMatch(problem);
});
