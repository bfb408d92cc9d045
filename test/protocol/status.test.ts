/** `kvm-live status`, on hosts whose guests are files. */
import { setLoginDefaults } from "../../provider/host/login-defaults";
import { closeConnections } from "../../provider/host/ssh-host";
import { fixture } from "../fixtures/read";
import { kvmLive, stateOf } from "./command-line";
import { type NamedHosts, namedHosts } from "./command-line-hosts";
import type { LibvirtInFolder } from "./libvirt-in-a-folder";
import { stopProgrammedHosts } from "./programmed-host";
import { clientKey } from "./scripted-host";

const uuidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const xmlOf = (number: number, name: string) =>
  `<domain type='kvm'><name>${name}</name><uuid>${uuidOf(number)}</uuid></domain>`;

let named: NamedHosts;
const on = (name: string) => named.hosts[name] as LibvirtInFolder;
const has = (host: string, number: number, name: string, state?: string) =>
  on(host).define(uuidOf(number), xmlOf(number, name), state);

beforeEach(async () => {
  named = await namedHosts(["hv-a", "hv-b"]);
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
  named.remove();
});

const status = (argv: string[], surroundings = {}) => kvmLive(["status", ...argv, ...named.ssh], surroundings);

const journal = [
  "2026-11-28T08:00:00.000Z root@adm[11] urn:pulumi:p::q::t::web: web: migrate from hv-b to hv-a: begun",
  "2026-11-28T08:00:09.000Z root@adm[11] urn:pulumi:p::q::t::web: web: migrate from hv-b to hv-a: done",
  "2026-11-28T08:01:00.000Z root@adm[12]: web: set autostart on hv-a: done",
];

test("guests by host with state, memory and last move; in a pipe one line each, without colours", async () => {
  has("hv-a", 1, "web", "running (migrated)");
  has("hv-a", 2, "db");
  has("hv-b", 3, "mail", "paused (user)");
  on("hv-a").setJournal(uuidOf(1), journal);
  const { code, out, err } = await status(["hv-a", "hv-b"], { environment: {} });
  expect(out).toBe(
    [
      "HOST  GUEST  STATE                MEMORY    LAST MOVE",
      "hv-a  web    running (migrated)   1024 MiB  hv-b => hv-a, 2026-11-28 08:00",
      "hv-a  db     shut off (shutdown)  1024 MiB",
      "hv-b  mail   paused (user)        1024 MiB",
      "",
    ].join("\n"),
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

test("a narrow terminal gets blocks, no line wider than it, and a wide one the table, with colours", async () => {
  has("hv-a", 1, "web", "running (migrated)");
  on("hv-a").setJournal(uuidOf(1), journal);
  const narrow = await status(["hv-a"], { columns: 50 });
  expect(narrow.out).toMatch(
    /^hv-a, 1024 of \d+ MiB\n {2}web, running \(migrated\), 1024 MiB\n {4}last move: hv-b => hv-a, 2026-11-28 08:00\n$/,
  );
  for (const line of narrow.out.split("\n")) expect(line.length).toBeLessThanOrEqual(50);
  const wide = await status(["hv-a"], { columns: 120, environment: {} });
  expect(wide.out).toContain("\u001b[32mrunning (migrated)\u001b[39m");
  expect((await status(["hv-a"], { columns: 120 })).out).not.toContain("\u001b[");
});

test("the same UUID running twice is marked on both, with what to do, and is an exit code", async () => {
  has("hv-a", 1, "web", "running (booted)");
  has("hv-b", 1, "web", "running (booted)");
  const { code, out } = await status(["hv-a", "hv-b"]);
  expect(code).toBe(1);
  expect(out).toMatch(/^hv-a {2}web .* double: is also running \(booted\) on hv-b$/m);
  expect(out).toMatch(/^hv-b {2}web .* double: is also running \(booted\) on hv-a$/m);
  expect(out).toMatch(/web: .*More than one.*virsh destroy/s);
});

test("a copy that is off beside the guest is a leftover; one that only is off twice is, too", async () => {
  has("hv-a", 1, "web", "running (migrated)");
  has("hv-b", 1, "web");
  const { code, out } = await status(["hv-a", "hv-b"]);
  expect(code).toBe(1);
  expect(out).toMatch(/^hv-b {2}web +shut off .* leftover: the guest is running \(migrated\) on hv-a$/m);
  expect(out.match(/leftover/g)).toHaveLength(1);
  const folded = (await status(["hv-a", "hv-b"], { columns: 80 })).out;
  expect(folded).toMatch(/^hv-b {2}web .* leftover: the guest is running\n {40,}\(migrated\) on hv-a$/m);
  for (const line of folded.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("a migration in progress is a job on both sides, and no double", async () => {
  has("hv-a", 1, "web", "running (booted)");
  has("hv-b", 1, "web", "paused (starting up)");
  on("hv-a").setJob(uuidOf(1), fixture("virsh-9.0.0-job-outgoing.txt"));
  const { code, out } = await status(["hv-a", "hv-b"]);
  expect(out).toMatch(/^hv-a {2}web +running \(booted\) +1024 MiB +migrates away, 30 %$/m);
  expect(out).not.toMatch(/double|unclear|stale/);
  expect(code).toBe(0);
});

test("a job is told beside something that is looked at twice", async () => {
  has("hv-a", 1, "web", "running (booted)");
  on("hv-a").setJob(uuidOf(1), fixture("virsh-9.0.0-job-outgoing.txt"));
  for (const host of ["hv-a", "hv-b"]) has(host, 2, "db", "running (booted)");
  expect((await status(["hv-a", "hv-b"])).out).toMatch(/^hv-a {2}web .* migrates away, 30 %$/m);
});

test("a host that does not answer is a row that says so, and never absence", async () => {
  has("hv-a", 1, "web", "running (booted)");
  await on("hv-b").scripted.stop();
  const { code, out } = await status(["hv-a", "hv-b"]);
  expect(out).toMatch(/^hv-a {2}web .*running/m);
  expect(out).toMatch(/^hv-b {2}no answer .*cannot be reached/m);
  expect(code).toBe(3);
  const wide = await status(["hv-a", "hv-b"], { columns: 110 });
  expect(wide.out).toMatch(/^hv-b {2}no answer .* see below$.*^hv-b, no answer: .*cannot be reached/ms);
  for (const line of wide.out.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  const { hosts } = JSON.parse((await status(["hv-a", "hv-b", "--json"])).out);
  expect(hosts[1]).toEqual({
    name: "hv-b",
    problem: expect.stringContaining("Nothing is known about what runs there"),
  });
});

test("two names of one machine are refused, since all its guests would be doubles", async () => {
  has("hv-a", 1, "web", "running (booted)");
  const { code, err, out } = await status(["hv-a", `127.0.0.1:${on("hv-a").scripted.args.port}`]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^hv-a and 127\.0\.0\.1:\d+ are one machine: leave one of them out\.\n$/);
});

const scriptedOf = () =>
  Object.fromEntries(Object.entries(named.hosts).map(([name, { scripted }]) => [name, scripted]));

test("a stack: its hosts, what was moved by hand, and what nobody shows; encrypted keys stay encrypted", async () => {
  has("hv-b", 1, "web", "running (booted)");
  const guests = [
    { uuid: uuidOf(1), name: "web", host: "hv-a" },
    { uuid: uuidOf(2), name: "db", host: "hv-a" },
  ];
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:AAAA" };
  const state = JSON.parse(stateOf(scriptedOf(), guests));
  for (const { inputs } of state.deployment.resources)
    Object.assign(inputs, { privateKey: secret, sshConfig: undefined });
  const file = named.file("state.json", JSON.stringify(state));
  const { code, out, err } = await status(["--state", file]);
  expect(err).toBe("");
  expect(out).toMatch(/^hv-b {2}web .* moved: the state has it on hv-a$/m);
  expect(out).toMatch(/^- +db +nowhere .* unclear: the state has it on hv-a$/m);
  expect(code).toBe(1);

  const asked: string[][] = [];
  const runHere = async (program: string, argv: readonly string[]) => {
    asked.push([program, ...argv]);
    return argv[0] === "config" ? "{}" : JSON.stringify(state);
  };
  await on("hv-a").scripted.stop();
  await closeConnections();
  const exported = await status(["--stack", "prod"], { runHere });
  expect(asked).toEqual([
    ["pulumi", "stack", "export", "--non-interactive", "--stack", "prod"],
    ["pulumi", "config", "--json", "--non-interactive", "--stack", "prod"],
  ]);
  expect(exported.out).toMatch(/^- +db +unknown .* hv-a did not answer; the state has it on hv-a$/m);
  expect(exported.code).toBe(3);
});

test.each([true, false])(
  "logins are those of the stack's configuration, where it can be read: %p",
  async (isReadable) => {
    has("hv-a", 1, "web", "running (booted)");
    const { args, publicKey } = on("hv-a").scripted;
    const state = JSON.parse(stateOf(scriptedOf()));
    for (const one of state.deployment.resources) one.inputs = { address: args.address, port: one.inputs.port };
    const configured = {
      "kvm:identityFile": { value: named.file("id", clientKey.private), secret: false },
      "kvm:knownHosts": { value: named.file("hosts", `[127.0.0.1]:${args.port} ${publicKey}\n`), secret: false },
      "kvm:sshConfig": { value: "false", secret: false },
      "shop:token": { secret: true },
    };
    const runHere = async (_: string, argv: readonly string[]) => {
      if (argv[0] !== "config") return JSON.stringify(state);
      if (!isReadable) throw new Error("no Pulumi.yaml project file found");
      return JSON.stringify(configured);
    };
    const { out } = await kvmLive(["status", "--stack", "prod"], { runHere });
    const answers = /^hv-a +web +running \(booted\)/m.test(out);
    setLoginDefaults({ login: {} });
    expect(answers).toBe(isReadable);
    expect(out).toMatch(/hv-b/);
  },
);

test("--watch draws again until Ctrl-C, and for machines prints a line each time", async () => {
  has("hv-a", 1, "web", "running (booted)");
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 4000);
  const { code, out } = await status(["hv-a", "--watch", "1", "--json"], { signal: stop.signal });
  clearTimeout(timer);
  const lines = out.trim().split("\n");
  expect(lines.length).toBeGreaterThanOrEqual(2);
  for (const line of lines) expect(JSON.parse(line).guests[0]).toMatchObject({ name: "web", host: "hv-a" });
  expect(code).toBe(130);
});

test.each<[string[], RegExp]>([
  [["hv a"], /"hv a" is no host: write \[USER@\]HOST\[:PORT\]/],
  [["hv-a", "hv-a"], /hv-a is named twice/],
  [["hv-a", "--stack", "prod"], /Give one of them: hosts, --stack/],
  [["--state", "/nowhere/state"], /--state \/nowhere\/state cannot be read: ENOENT/],
  [["--watch", "0.1", "hv-a"], /--watch 0\.1: must be a number of seconds from 1 to 3600/],
  [[], /No host is named, and the selected stack cannot be read: pulumi is not on PATH/],
  [["--colour"], /unknown option '--colour'/],
])("%j is not understood, and nobody is asked", async (argv, problem) => {
  const { code, out, err } = await status(argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(problem);
  expect(on("hv-a").scripted.commands).toEqual([]);
});
