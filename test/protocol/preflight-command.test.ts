/** `kvm-live preflight`: what the preview of a program would find about the same move, on hosts that lack nearly everything. */
import { closeConnections } from "../../provider/host/ssh-host";
import { makeHandlers } from "../../provider/lifecycle/handlers";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { silentOperation } from "../silent-operation";
import { kvmLive, stateOf } from "./command-line";
import { type NamedHosts, namedHosts } from "./command-line-hosts";
import type { LibvirtInFolder } from "./libvirt-in-a-folder";
import { stopProgrammedHosts } from "./programmed-host";

const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
const xml = `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid><memory>1024</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices><disk type='file' device='disk'><source file='/nowhere/web.qcow2'/><target dev='vda'/></disk></devices></domain>`;
let named: NamedHosts;
const on = (name: string) => named.hosts[name] as LibvirtInFolder;

beforeEach(async () => {
  const no = "#!/bin/sh\nexit 1\n";
  named = await namedHosts(["hv-a", "hv-b"], { "gnutls-cli": no, ss: no, bash: no, "systemd-socket-activate": no });
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
  named.remove();
});

const preflight = (argv: string[], surroundings = {}) => kvmLive(["preflight", ...argv, ...named.ssh], surroundings);
const move = ["web", "--from", "hv-a", "--to", "hv-b"];

interface Listed {
  code: string;
  severity: string;
}

/** What the preview of `pulumi up` says, of a program that takes the guest over and moves it. */
async function previewed(): Promise<string[]> {
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const operationFor = () => silentOperation({ info: say, warn: say });
  const handlers = makeHandlers(domainPlacement, { operationFor, unknownValue: "?" });
  const candidates = Object.fromEntries(
    Object.entries(named.hosts).map(([name, { scripted }]) => [name, scripted.args]),
  );
  const domain = { uuid, name: "web", definition: xml };
  const olds = domainPlacement.schema.parse({ domain, host: "hv-a", candidates, adopt: true });
  await handlers.diff(uuid, olds, { ...olds, host: "hv-b" }).catch((error: Error) => said.push(error.message));
  return [...new Set(said.join("\n").match(/(?<=\[)[a-z]+(-[a-z]+)+(?=\])/g))].sort();
}

test("the findings are the preview's, by the same code", async () => {
  on("hv-a").define(uuid, xml, "running (booted)");
  const { code, out } = await preflight([...move, "--json"]);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ guest: { uuid, name: "web" }, from: "hv-a", to: "hv-b", state: "running (booted)" });
  const codes = [...new Set(report.findings.map((one: Listed) => one.code))].sort();
  forgetSharedAnswers();
  expect(codes).toEqual(await previewed());
  expect(codes).toContain("image-missing");
  expect(code).toBe(1);
});

test("a table on a wide terminal, blocks on a narrow one, a line each in a pipe", async () => {
  on("hv-a").define(uuid, xml, "running (booted)");
  const piped = await preflight(move);
  expect(piped.out).toMatch(
    /^web, running \(booted\) on hv-a, to hv-b: it would not move: \d+ errors?\nSEVERITY +HOST +SUBJECT/,
  );
  expect(piped.out).toMatch(/^error for now +hv-b +.*\/nowhere\/web\.qcow2.* \[image-missing\]$/m);
  const wide = await preflight(move, { columns: 130 });
  expect(wide.out).toMatch(/│ error for now +│ hv-b/);
  for (const line of wide.out.split("\n")) expect(line.length).toBeLessThanOrEqual(130);
  const narrow = await preflight(move, { columns: 60 });
  expect(narrow.out).toMatch(/^error for now, hv-b: .*\n/m);
  for (const line of narrow.out.split("\n").filter((one) => one.includes(" ")))
    expect(line.split(" ").length < 4 || line.length <= 60).toBe(true);
});

test("nothing on the hosts is changed, nor locked", async () => {
  on("hv-a").define(uuid, xml, "running (booted)");
  await preflight(move);
  const commands = Object.values(named.hosts).flatMap(({ scripted }) => scripted.commands);
  expect(
    commands.filter((command) => /virsh[^|;]* (define|undefine|start|migrate|destroy) |flock|journal/.test(command)),
  ).toEqual([]);
});

test("who is nowhere, and who may be on a host that does not answer, are told apart", async () => {
  on("hv-a").define(uuid, xml);
  expect(await preflight(["nobody", "--from", "hv-a", "--to", "hv-b"])).toMatchObject({
    code: 2,
    err: "nobody is on none of hv-a, hv-b: name the hosts where it may be in --from.\n",
  });
  await closeConnections();
  await on("hv-b").scripted.stop();
  const silent = await preflight(["nobody", "--from", "hv-a", "--to", "hv-b"]);
  expect(silent.err).toMatch(
    /^nobody: nobody knows where it is, since not all hosts have answered\.\nhv-b: .*cannot be reached/,
  );
  expect(silent.code).toBe(3);
});

test("a way of moving that there is not is refused by the words of the input", async () => {
  on("hv-a").define(uuid, xml, "running (booted)");
  const { code, err } = await preflight([...move, "--data", "pigeon"]);
  expect({ code, err }).toEqual({ code: 2, err: '--data: must be "tls", "plain" or "tunnelled".\n' });
});

test("without --from, the hosts of a stack are asked", async () => {
  on("hv-a").define(uuid, xml, "running (booted)");
  const hosts = Object.fromEntries(Object.entries(named.hosts).map(([name, { scripted }]) => [name, scripted]));
  const state = JSON.parse(stateOf(hosts));
  for (const { inputs } of state.deployment.resources) inputs.sshConfig = undefined; // the command line's counts
  const runHere = async () => JSON.stringify(state);
  const { code, out } = await preflight(["web", "--to", "hv-b", "--json"], { runHere });
  expect(JSON.parse(out)).toMatchObject({ guest: { uuid, name: "web" }, from: "hv-a", to: "hv-b" });
  expect(code).toBe(1);
  expect(await preflight(["web", "--to", "hv-z"], { runHere })).toMatchObject({
    code: 2,
    err: "--to hv-z: is no hypervisor of the stack prod, which has hv-a, hv-b.\n",
  });
  expect(await preflight(["web", "--to", "hv-b", "--from", "hv-a", "--stack", "prod"])).toMatchObject({
    code: 2,
    err: "Give one of them: hosts, --stack.\n",
  });
});
