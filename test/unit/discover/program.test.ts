/** The program that is written: the real compiler takes it, with the package's own types. */
import { join } from "node:path";
import ts from "typescript";
import { repository } from "../../../lab/paths";
import { type Fleet, programOf } from "../../../provider/discover/program";
import { projectFiles } from "../../../provider/discover/project";
import type { Found } from "../../../provider/discover/seen";
import { foundGuest } from "./fleets";

/** All that TypeScript has against it, as a file of this repository. */
function problemsOf(text: string): string[] {
  const path = join(repository, "test/unit/discover/written.ts");
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, repository);
  const host = ts.createCompilerHost(options);
  const original = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : original(name, ...rest);
  const fileExists = host.fileExists.bind(host);
  host.fileExists = (name) => name === path || fileExists(name);
  const program = ts.createProgram([path], { ...options, noEmit: true, noUnusedLocals: false }, host);
  const source = program.getSourceFile(path);
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map(({ messageText, start = 0 }) => {
    const line = source ? source.text.slice(0, start).split("\n").length : 0;
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const hosts: Fleet["hosts"] = [
  { name: "hv-a", connection: { address: "hv-a" }, hasLibvirt: true },
  { name: "hv-b:2222", connection: { address: "hv-b", user: "admin", port: 2222, sshConfig: "/x" }, hasLibvirt: true },
  { name: "nas", connection: { address: "fd77::13" }, hasLibvirt: false },
];
const share: Found = {
  kind: "NfsExport",
  host: "nas",
  path: "/srv/vm",
  clients: [{ client: "10.77.0.0/24", options: ["rw", "no_root_squash"] }],
};
const mount = (host: string, source = "[fd77::13]:/srv/vm"): Found => ({
  kind: "NfsMount",
  host,
  source,
  path: "/srv/vm",
  options: ["vers=4.2", "hard", "timeo=600", "retrans=2", "noatime", "nodiratime", "sync", "_netdev"],
});
const hostileNames = [
  'a"; process.exit(1); //',
  "$" + "{x}`",
  "*/",
  "new",
  "config",
  "日本",
  "x\u2028y",
  "\u202Etxt",
  "mounts",
  "ready",
  "hvA",
];
const guests = [
  foundGuest("web", { autostart: true }),
  foundGuest("web", { host: "hv-b:2222", powerState: "shut off" }),
  foundGuest("gpu", { blocking: ["host device (subsystem pci)"] }),
  foundGuest("passing", { persistent: false }),
  foundGuest("desk top", { hasPassword: true }),
  ...hostileNames.map((name) => foundGuest(name)),
  ...Array.from({ length: 50 }, (_, index) => foundGuest(`guest-${index}`, { host: index % 2 ? "hv-a" : "hv-b:2222" })),
];
const found: Found[] = [
  share,
  mount("hv-a"),
  mount("hv-b:2222", "elsewhere:/srv"),
  { kind: "LibvirtTlsPki", host: "hv-a", hosts: ["hv-a", "hv-b:2222"], organization: 'A "B" Ltd' },
  ...guests,
];
const leftOut = [{ what: 'the domain "*/\u2028x" on hv-a', reason: `it is paused. ${"Why not. ".repeat(40)}` }];

test("everything at once, fifty guests and hostile names among it", () => {
  const { text, domains, secrets } = programOf({ hosts, found, leftOut });
  expect(problemsOf(text)).toEqual([]);
  expect(Object.keys(domains)).toHaveLength(guests.length);
  expect(secrets).toEqual([{ key: "deskTopPassword", what: 'the password of "desk top"' }]);
  expect(text.match(/new DomainPlacement\(/g)).toHaveLength(guests.length);
  expect(text).not.toContain("process.exit(1); //\n");
  expect(text.split("\n").filter((line) => line.length > 160)).toEqual([]);
});

test("the compiler sees a mistake in it", () => {
  const { text } = programOf({ hosts, found, leftOut });
  expect(problemsOf(text.replace("autostart: true", 'autostart: "yes"'))).toEqual([
    expect.stringMatching(/string.*boolean/s),
  ]);
  expect(problemsOf(text.replace("const web =", "const hvA ="))).not.toEqual([]);
});

test.each<[string, Found[]]>([
  ["nothing", []],
  ["an export alone", [share]],
  ["a guest without mounts", [foundGuest("web")]],
])("%s", (_, some) => {
  expect(problemsOf(programOf({ hosts, found: some, leftOut: [] }).text)).toEqual([]);
});

test("as it reads", () => {
  const some: Found[] = [
    share,
    mount("hv-a"),
    foundGuest("web", { autostart: true }),
    foundGuest("desk", { hasPassword: true }),
  ];
  const left = [{ what: 'the domain "*/\u2028x" on hv-a', reason: "it is paused." }];
  expect(programOf({ hosts, found: some, leftOut: left }).text).toBe(`\
// Takes over what is on hv-a, hv-b:2222, nas. \`pulumi preview\` shows creates only, and says of each what is there;
// \`pulumi up\` notes that it belongs to this stack, and changes nothing that runs.
// \`pulumi destroy\` leaves the guests as they are. It takes exports and mounts away, and refuses while they are used.
//
// Left out:
// - the domain "*/ x" on hv-a: it is paused.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Config, type Output } from "@pulumi/pulumi";
import { Domain, DomainPlacement, Host, NfsExport, NfsMount } from "pulumi-kvm-live";

const hvA = new Host("hv-a", { address: "hv-a" });
const hvB2222 = new Host("hv-b:2222", { address: "hv-b", user: "admin", port: 2222, sshConfig: "/x" });
const nas = new Host("nas", { address: "fd77::13" });

const srvVm = new NfsExport("/srv/vm on nas", {
  server: nas,
  path: "/srv/vm",
  clients: [{ client: "10.77.0.0/24", options: ["rw", "no_root_squash"] }],
  adopt: true,
});

const mounts = [
  new NfsMount("/srv/vm on hv-a", {
    host: hvA,
    source: srvVm.source,
    path: "/srv/vm",
    options: ["vers=4.2", "hard", "timeo=600", "retrans=2", "noatime", "nodiratime", "sync", "_netdev"],
    adopt: true,
  }),
];

const definition = (file: string) => readFileSync(join(__dirname, "domains", file), "utf8");
const config = new Config();
const escaped = (text: string) => text.replace(/[&<>"']/g, (one) => "&#" + one.charCodeAt(0) + ";");
const withPassword = (xml: string, password: Output<string>) =>
  password.apply((text) => xml.replace('passwd="*****"', () => 'passwd="' + escaped(text) + '"'));
const placed = { candidates: [hvA, hvB2222], adopt: true, onDelete: "keep" as const };
const ready = { dependsOn: mounts };

const web = new Domain("web", { xml: definition("web.xml") });
new DomainPlacement("web", { ...placed, domain: web, host: hvA, autostart: true }, ready);

const desk = new Domain("desk", {
  xml: withPassword(definition("desk.xml"), config.requireSecret("deskPassword")),
});
new DomainPlacement("desk", { ...placed, domain: desk, host: hvA }, ready);
`);
});

test("the project is one that npm and Pulumi read", () => {
  const files = projectFiles("^1.2.3");
  expect(files["Pulumi.yaml"]).toMatch(/^name: taken-over\nruntime: nodejs\n/);
  expect(JSON.parse(files["package.json"] ?? "").dependencies).toMatchObject({ "pulumi-kvm-live": "^1.2.3" });
  expect(JSON.parse(files["tsconfig.json"] ?? "").compilerOptions).toMatchObject({ strict: true });
});
