/** Hosts that are read for a program. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { discover } from "../../provider/discover";
import { reportOf } from "../../provider/discover/report";
import { kvmLive } from "./command-line";
import { stopProgrammedHosts } from "./programmed-host";
import { configFolder, fleet, reachable, sshConfig } from "./readable-fleet";

afterEach(stopProgrammedHosts);

test("what can be taken over is in the program, and the rest is listed with its reason", async () => {
  const hosts = await fleet();
  const discovery = await discover(["hv-a", "hv-b", "nas"], { sshConfig });
  expect(discovery.adopted).toEqual([
    { kind: "NfsExport", what: "the export of /srv/vm on nas" },
    { kind: "NfsMount", what: "the mount at /srv/vm on hv-a" },
    { kind: "DomainPlacement", what: 'the domain "web" on hv-a' },
    { kind: "DomainPlacement", what: 'the domain "odd\\"; name" on hv-a' },
    { kind: "DomainPlacement", what: 'the domain "db" on hv-b' },
  ]);
  expect(discovery.leftOut).toEqual([
    { what: 'the domain "halted" on hv-a', reason: expect.stringMatching(/^it is paused/) },
    {
      what: "the export of /srv/other on nas",
      reason: expect.stringMatching(/^nas: \/etc\/exports exports \/srv\/other to \*\. Remove that entry/),
    },
    { what: "the mount at /srv/vm on hv-b", reason: expect.stringMatching(/soft.*corrupts images/) },
  ]);
  const text = discovery.files["index.ts"] ?? "";
  expect(text).toContain('new DomainPlacement("web", { ...placed, domain: web, host: hvA, autostart: true }, ready);');
  expect(text).toContain(
    'new DomainPlacement("db", { ...placed, domain: db, host: hvB, powerState: "shut off" }, ready);',
  );
  expect(text).toContain("candidates: [hvA, hvB]");
  expect(text).toContain('options: ["vers=4.2", "hard", "noatime"]');
  expect(text).toContain(`new Host("nas", { address: "nas", sshConfig: ${JSON.stringify(sshConfig)} })`);
  expect(Object.keys(discovery.files).sort()).toEqual([
    ...["Pulumi.yaml", "domains/db.xml", "domains/odd-name.xml", "domains/web.xml"],
    ...["index.ts", "package.json", "tsconfig.json"],
  ]);
  expect(discovery.secrets).toEqual([{ key: "oddNamePassword", what: 'the password of "odd\\"; name"' }]);
  expect(JSON.stringify(discovery)).not.toContain("sesame");
  expect(discovery.files["domains/odd-name.xml"]).toContain('<graphics type="vnc" passwd="*****"/>');
  const report = reportOf(discovery, "fleet");
  expect(report).toContain("pulumi config set --secret oddNamePassword");
  expect(report).toMatch(/Leaves out:\n {2}the domain "halted" on hv-a: it is paused/);
  for (const { scripted } of Object.values(hosts)) {
    expect(scripted.connections).toBe(1);
  }
});

test("nothing on the hosts is changed, and definitions are read where no secret can be", async () => {
  const hosts = await fleet();
  await discover(["hv-a", "hv-b", "nas"], { sshConfig });
  const asked = readFileSync(join(hosts["hv-a"].folder, "asked"), "utf8").split("\n");
  const read = asked.filter((line) => /^(yes)? dominfo/.test(line));
  expect(read.length).toBeGreaterThan(0);
  expect(read.filter((line) => !line.startsWith("yes "))).toEqual([]);
  for (const { folder } of Object.values(hosts)) expect(() => readFileSync(join(folder, "changes"))).toThrow(/ENOENT/);
});

test("a host that cannot be read is an error, with all that are: what is not read is not absent", async () => {
  const hosts = await fleet();
  writeFileSync(join(hosts["hv-a"].folder, "down"), "");
  await hosts.nas.scripted.stop();
  await expect(discover(["hv-a", "hv-b", "nas"], { sshConfig })).rejects.toThrow(
    /failed to connect.*root@nas.* cannot be reached/s,
  );
});

test("the command writes the program into a folder of its own, once, and says what it has taken and left", async () => {
  await fleet();
  const folder = join(configFolder, "fleet");
  const asked = ["discover", "hv-a", "hv-b", "nas", "-F", sshConfig, "--out"];
  const { code, out } = await kvmLive([...asked, folder]);
  expect(code).toBe(0);
  expect(out).toContain(`Wrote 7 files to ${folder}.`);
  expect(out).toContain('the domain "halted" on hv-a: it is paused');
  expect(readFileSync(join(folder, "index.ts"), "utf8")).toContain('new DomainPlacement("web"');
  expect(readFileSync(join(folder, "domains/web.xml"), "utf8")).toContain("<name>web</name>");
  expect(await kvmLive([...asked, folder])).toMatchObject({
    code: 2,
    err: expect.stringContaining("must be new or empty"),
  });
  const { code: again, out: json } = await kvmLive([...asked, join(configFolder, "second"), "--json"]);
  expect([again, JSON.parse(json).secrets]).toEqual([
    0,
    [{ key: "oddNamePassword", what: 'the password of "odd\\"; name"' }],
  ]);
});

test("the command writes nothing where a host cannot be read", async () => {
  const { nas } = await fleet();
  await nas.scripted.stop();
  const folder = join(configFolder, "none");
  const { code, err } = await kvmLive(["discover", "hv-a", "nas", "-F", sshConfig, "--out", folder]);
  expect([code, err]).toEqual([3, expect.stringMatching(/root@nas.* cannot be reached/)]);
  expect(existsSync(folder)).toBe(false);
  expect(await kvmLive(["discover", "a b", "--out", folder])).toMatchObject({ code: 2 });
});

test("a machine with two names is an error", async () => {
  const { "hv-a": one, nas } = await fleet();
  reachable({ "hv-a": one, "hv-x": one, nas });
  await expect(discover(["hv-a", "hv-x"], { sshConfig })).rejects.toThrow(
    "hv-a and hv-x are the same machine. Leave one of them out.",
  );
});
