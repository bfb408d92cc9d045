/** The plugin by the real Pulumi CLI: a program in YAML, and hosts in this process. */
import { guestProgram, missingForYaml, of, type PluginWorkspace, pluginWorkspace } from "../plugin-workspace";
import { type NamedHosts, namedHosts } from "./command-line-hosts";
import { stopProgrammedHosts } from "./programmed-host";

const xml = "<domain type='kvm'><name>web</name><memory>1048576</memory><os><type>hvm</type></os></domain>";
let missing: string | undefined;
let fleet: NamedHosts;
let workspace: PluginWorkspace;

beforeAll(async () => {
  missing = await missingForYaml();
  if (missing !== undefined) return;
  fleet = await namedHosts(["hv-a", "hv-b"]);
  workspace = await pluginWorkspace();
});
afterAll(async () => {
  if (missing !== undefined) return;
  workspace.remove();
  fleet.remove();
  await stopProgrammedHosts();
});

test("a program in YAML places a guest, on hosts that the configuration has the logins of", async () => {
  if (missing !== undefined) return console.warn(`not tried: ${missing}`);
  workspace.setProgram(guestProgram(of("hv-b"), xml, {}));
  await workspace.pulumi(["stack", "init", "dev"]);
  await workspace.configure({ "kvm:sshConfig": fleet.ssh[1] ?? "" });
  const { stdout } = await workspace.pulumi(["up", "--yes", "--skip-preview"]);
  expect(stdout).toMatch(/kvm:index:DomainPlacement placed created/);
  expect(stdout).toMatch(/\+ 5 created/);
  expect(stdout).toMatch(
    /root@hv-a:\d+: from the configuration: sshConfig \S+ \(kvm:sshConfig\), hostname 127\.0\.0\.1/,
  );
  expect(Object.values(fleet.hosts).map(({ uuids }) => uuids().length)).toEqual([0, 1]);
});
