/** `kvm-live report`, of a state in a file and journals in folders. */
import { readFileSync } from "node:fs";
import { closeConnections } from "../../provider/host/ssh-host";
import { kvmLive, stateOf } from "./command-line";
import { type NamedHosts, namedHosts } from "./command-line-hosts";
import type { LibvirtInFolder } from "./libvirt-in-a-folder";
import { stopProgrammedHosts } from "./programmed-host";

const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
let named: NamedHosts;
let state: string;
const on = (name: string) => named.hosts[name] as LibvirtInFolder;

beforeEach(async () => {
  named = await namedHosts(["hv-a", "hv-b"]);
  const lines = ["00 begun", "13 done"].map((end) => {
    const [second, outcome] = end.split(" ");
    return `2026-11-28T08:00:${second}.000Z root@adm[1]: web: migrate from hv-a to hv-b: ${outcome}`;
  });
  for (const name of ["hv-a", "hv-b"]) on(name).setJournal(uuid, lines);
  on("hv-a").setJournal("0f0806ab-531d-6134-5def-c5b495529285", [(lines[0] ?? "").replace(": web:", ": others:")]);
  const figures = { from: "hv-a", to: "hv-b", totalTimeMs: 12_900, downtimeMs: 57, bytes: 1, iterations: 2 };
  const domain = { definition: "<domain><memory unit='MiB'>768</memory></domain>" };
  const migrationHistory = [{ ...figures, recordedAt: "2026-11-28T08:00:14.000Z" }];
  const guest = { uuid, name: "web", host: "hv-b", state: "running", domain, migrationHistory };
  const hosts = Object.fromEntries(Object.entries(named.hosts).map(([name, { scripted }]) => [name, scripted]));
  const parsed = JSON.parse(stateOf(hosts, [guest]));
  for (const { inputs } of parsed.deployment.resources) delete inputs.sshConfig;
  state = named.file("state.json", JSON.stringify(parsed));
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
  named.remove();
});

const report = (argv: string[], surroundings = {}) =>
  kvmLive(["report", "--state", state, ...argv, ...named.ssh], surroundings);

test("it has the fleet of the state and the moves of the journals, of this stack's guests", async () => {
  const { code, out } = await report([]);
  expect(out).toContain("<h1>Guests of prod</h1>");
  expect(out).toContain("<li>web, running, 768 MiB</li>");
  expect(out).toContain('<td data-of="total time">12.9 s</td><td data-of="downtime">57 ms</td>');
  expect(out).not.toContain("others");
  expect(code).toBe(0);
  const file = named.file("report.html", "");
  expect(await report(["--out", file], { columns: 80 })).toMatchObject({ code: 0, out: "" });
  expect(readFileSync(file, "utf8").replace(/made .* UTC/, "")).toBe(out.replace(/made .* UTC/, ""));
});

test("a journal that could not be read is said in it, and by the exit code", async () => {
  await on("hv-b").scripted.stop();
  const { code, out, err } = await report([]);
  expect(out).toMatch(/Not everything is known.*<li>hv-b: .*cannot be reached/s);
  expect(err).toMatch(/^hv-b: .*cannot be reached/);
  expect(code).toBe(3);
});

test("HTML is not thrown at a terminal", async () => {
  expect(await report([], { columns: 80 })).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--out") });
});
