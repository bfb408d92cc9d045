/** A stack by the plugin and by the dynamic provider in turn, with the real CLI; the hosts are in this process. */
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { guestProgram, of, type PluginWorkspace, pluginWorkspace } from "../plugin-workspace";
import { type NamedHosts, namedHosts } from "../protocol/command-line-hosts";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { clientKey } from "../protocol/scripted-host";
import { lengthyTest } from "./support";

const xml = "<domain type='kvm'><name>web</name><memory>1048576</memory><os><type>hvm</type></os></domain>";
let fleet: NamedHosts;
let workspace: PluginWorkspace;

beforeEach(async () => {
  fleet = await namedHosts(["hv-a", "hv-b"]);
  workspace = await pluginWorkspace();
  await workspace.pulumi(["stack", "init", "dev"]);
  await workspace.configure({ "kvm:sshConfig": fleet.ssh[1] ?? "" });
});
afterEach(async () => {
  workspace?.remove();
  fleet?.remove();
  await stopProgrammedHosts();
});

const login = () => ({ privateKey: clientKey.private.trim() });
const inYaml = (host: string) => workspace.setProgram(guestProgram(host, xml, login()));
const on = () =>
  Object.entries(fleet.hosts)
    .filter(([, { uuids }]) => uuids().length > 0)
    .map(([name]) => name);
const output = async (name: string) => (await workspace.pulumi(["stack", "output", name])).stdout.trim();
/** All that was asked of the hosts since the last call. */
function asked(): string {
  const commands = Object.values(fleet.hosts).flatMap(({ scripted }) => scripted.commands.splice(0));
  return commands.join("\n");
}
const states = async (): Promise<{ urn: string; outputs?: Record<string, unknown> }[]> =>
  JSON.parse((await workspace.pulumi(["stack", "export"])).stdout).deployment.resources;

const placed = async () => (await states()).find(({ urn }) => urn.endsWith("::placed"))?.outputs;

lengthyTest("a guest is moved, found where somebody else has moved it, and taken away", async () => {
  inYaml(of("hv-a"));
  await workspace.pulumi(["up", "--yes", "--skip-preview"]);
  expect(on()).toEqual(["hv-a"]);

  inYaml("hv-b");
  const { stdout: moved } = await workspace.pulumi(["up", "--yes"]);
  expect(moved).toMatch(/kvm:index:DomainPlacement placed .*updat.*\[diff: ~host\]/);
  expect(moved).toMatch(/~ 1 updated/);
  expect(on()).toEqual(["hv-b"]);

  const uuid = await output("uuid");
  const { "hv-a": a, "hv-b": b } = fleet.hosts;
  a?.define(uuid, b?.undefine(uuid) ?? "");
  const { stdout: found } = await workspace.pulumi(["refresh", "--yes", "--diff"]);
  expect(found).toMatch(/~ host *: "hv-b" => "hv-a"/);
  const { stdout: back } = await workspace.pulumi(["preview", "--diff"]);
  expect(back).toMatch(/~ host *: "hv-a" => "hv-b"/);

  expect(JSON.stringify(await states())).not.toContain("PRIVATE KEY");
  await workspace.pulumi(["destroy", "--yes"]);
  expect(on()).toEqual([]);
});

lengthyTest(
  "a stack changes over to the dynamic provider and back: the same guest, and nothing is changed on the hosts",
  async () => {
    inYaml(of("hv-a"));
    await workspace.configure({ host: "hv-a", xml });
    await workspace.pulumi(["config", "set", "--secret", "key"], { input: login().privateKey });
    await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    const before = await placed();
    asked();

    workspace.setProgram({ runtime: "nodejs", main: join(repository, "test/lab/change-over-program") });
    const { stdout: over } = await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    expect(over).toMatch(/~ 4 updated/);
    expect(over).not.toMatch(/created|replaced|deleted/);
    expect(asked()).not.toMatch(/virsh.*\b(define|undefine|start|migrate|metadata)\b/);
    expect((await placed())?.__uid).toBe(before?.__uid);
    expect((await placed())?.domain).toEqual(before?.domain);

    inYaml(of("hv-a"));
    const { stdout: back } = await workspace.pulumi(["up", "--yes", "--skip-preview"]);
    expect(back).toMatch(/5 unchanged/);
    expect(back).not.toMatch(/created|replaced|deleted|updated/);
    expect(asked()).toBe("");
    expect((await states()).filter(({ urn }) => urn.includes("dynamic"))).toEqual([]);
    inYaml(of("hv-b"));
    expect((await workspace.pulumi(["up", "--yes", "--skip-preview"])).stdout).toMatch(/~ 1 updated/);
    expect(on()).toEqual(["hv-b"]);
    await workspace.pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(on()).toEqual([]);
  },
);
