/** OpenSSH is the judge: `ssh -G` prints what counts for a host. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Directive, directivesFor, SshConfigUnusable } from "../../../provider/host/ssh-config";

const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-config-"));
const file = join(folder, "config");
const included = join(folder, "included");
afterAll(() => rmSync(folder, { recursive: true }));

const { username } = userInfo();
const target = { host: "hv-a", defaultUser: username, localUser: username };
const sourceAt = (path: string) => ({ path, text: readFileSync(path, "utf8") });
const read = (text: string, user?: string) =>
  directivesFor([{ path: "config", text }], { ...target, user }, (path) => [sourceAt(path)]);

/** What both say of the keywords that are honoured, in one form. */
function ours(user: string | undefined): Record<string, string> {
  const found = directivesFor([sourceAt(file)], { ...target, user }, (path) => [sourceAt(path)]);
  const words = (one: Directive | undefined) => one?.words.join(" ");
  const first = (keyword: string) => words(found.find((one) => one.keyword === keyword));
  return {
    hostname: (first("hostname") ?? "hv-a").replace("%h", "hv-a"),
    port: first("port") ?? "22",
    user: user ?? first("user") ?? username,
    proxyjump: first("proxyjump") ?? "none",
    identitiesonly: first("identitiesonly") ?? "no",
    hostkeyalias: first("hostkeyalias") ?? "none",
    userknownhostsfile: first("userknownhostsfile") ?? "default",
    globalknownhostsfile: first("globalknownhostsfile") ?? "default",
    identityfile: found.flatMap((one) => (one.keyword === "identityfile" ? [words(one)] : [])).join() || "default",
  };
}

function sshs(user: string | undefined): Record<string, string> {
  const login = user === undefined ? [] : ["-l", user];
  const lines = execFileSync("ssh", ["-G", "-F", file, ...login, "hv-a"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).split("\n");
  const all = (keyword: string) =>
    lines.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1));
  const set = (keyword: string, byDefault: RegExp) => {
    const values = all(keyword).join();
    return byDefault.test(values) ? "default" : values;
  };
  return {
    ...Object.fromEntries(
      ["hostname", "port", "user", "identitiesonly"].map((keyword) => [keyword, all(keyword)[0] ?? ""]),
    ),
    ...Object.fromEntries(["proxyjump", "hostkeyalias"].map((keyword) => [keyword, all(keyword)[0] ?? "none"])),
    userknownhostsfile: set("userknownhostsfile", /known_hosts2/),
    globalknownhostsfile: set("globalknownhostsfile", /known_hosts2/),
    identityfile: set("identityfile", /id_rsa/),
  };
}

const setting = fc.constantFrom(
  ...[
    "HostName 10.0.0.1",
    "HostName %h.example",
    "hostname=real",
    "Port 2222",
    'port = "22"',
    "User admin",
    "USER\troot",
  ],
  ...["IdentityFile ~/.ssh/a # why", "IdentityFile='/b c/%h'", 'IdentityFile "/d e"', "IdentityFile none"],
  ...["IdentitiesOnly yes", "ProxyJump gate", "ProxyJump bob@gate:2200", "proxyjump none", "HostKeyAlias other"],
  ...[
    "UserKnownHostsFile /k1 /k2",
    'UserKnownHostsFile "/a"',
    "GlobalKnownHostsFile=/g",
    "Compression yes",
    "# none",
    "",
  ],
  ...[`Include ${included}`, "SendEnv LANG LC_*", "\tPort 2200\r"],
);
const heading = fc.constantFrom(
  ...[
    "Host hv-a",
    "Host hv-*",
    "Host * !hv-a",
    "host=hv-? other",
    "Host HV-A",
    'Host "hv-a" # c',
    "Host hv-a,hv-b",
    "Host real",
  ],
  ...[
    "Match all",
    "Match host real",
    "Match host hv-*,!hv-a",
    "Match originalhost hv-a user admin",
    "Match !user root",
  ],
  ...[
    `Match localuser ${username}`,
    "Match final",
    "Match !final host hv-a",
    "Match final host 10.0.0.1",
    "match host=hv-a",
  ],
);
const text = fc
  .array(fc.oneof({ weight: 3, arbitrary: setting }, heading), { maxLength: 12 })
  .map((lines) => `${lines.join("\n")}\n`);

test.each([
  ["hostname=real\nHost real\nInclude INCLUDED\n", "Match final host 10.0.0.1\nMatch all\n\tPort 2200\n"],
  ["hostname=real\nMatch user nobody final\nHost real\nPort 2200\n", ""],
])("a Match final that does not count has all read again, too: %j", (own, other) => {
  writeFileSync(file, own.replace("INCLUDED", included));
  writeFileSync(included, other);
  expect(ours(undefined)).toEqual(sshs(undefined));
  expect(ours(undefined)).toMatchObject({ port: "2200" });
});

test("what counts for a host is what ssh says", () => {
  const property = fc.property(text, text, fc.constantFrom(undefined, "bob"), (own, other, user) => {
    writeFileSync(file, own);
    writeFileSync(included, other.replaceAll("Include", "#"));
    expect(ours(user)).toEqual(sshs(user));
  });
  fc.assert(property, { numRuns: 80 });
});

test("a line knows its place", () => {
  writeFileSync(included, "\n\nPort 2200\n");
  expect(read(`# why\nHost hv-a\n\n  HostName real\n  Include ${included}\n`)).toEqual([
    { keyword: "hostname", words: ["real"], place: "config:4" },
    { keyword: "port", words: ["2200"], place: `${included}:3` },
  ]);
});

test.each([
  ["Host hv-a\nHostName\n", "config:2: hostname has no value"],
  ['Host hv-a\nHostName "real\n', "config:2: the line cannot be read"],
  ["Match host hv-a exec true\nPort 2\n", "config:1: Match exec is not supported"],
  ["Match user\n", "config:1: Match user has no value"],
  ["Match tagged x\n", "config:1: Match tagged is not supported"],
  ["Host\n", "config:1: the line cannot be read"],
])("%j: %s", (own, reason) => {
  expect(() => read(own)).toThrow(new SshConfigUnusable(reason));
});

test("what would have to be run is not asked for where it does not count", () => {
  expect(read("Match host hv-b exec true\nPort 2\n")).toEqual([]);
  writeFileSync(included, `Include ${included}\n`);
  expect(() => read(`Include ${included}\n`)).toThrow(/too many files include each other/);
});
