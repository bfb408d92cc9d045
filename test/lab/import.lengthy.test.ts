/** `pulumi import` by the real CLI, and the program that it prints; the hosts are in this process. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PluginWorkspace, pluginWorkspace } from "../plugin-workspace";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { fleet, sshConfig } from "../protocol/readable-fleet";
import { lengthyTest } from "./support";

let workspace: PluginWorkspace;

beforeEach(async () => {
  workspace = await pluginWorkspace();
});
afterEach(async () => {
  workspace?.remove();
  await stopProgrammedHosts();
});

lengthyTest("a guest, an export and a mount are imported, and the printed program changes nothing", async () => {
  const hosts = await fleet();
  workspace.setProgram({ resources: {} });
  await workspace.pulumi(["stack", "init", "dev"]);
  await workspace.configure({ "kvm:sshConfig": sshConfig });
  const resources = [
    { type: "kvm:index:NfsExport", name: "images", id: "/srv/vm@nas" },
    { type: "kvm:index:NfsMount", name: "mount", id: "/srv/vm@hv-a" },
    { type: "kvm:index:Domain", name: "web", id: "web@hv-a" },
    { type: "kvm:index:DomainPlacement", name: "placed", id: "web@hv-a,hv-b" },
  ];
  const [list, printed] = ["import.json", "printed.yaml"].map((name) => join(workspace.project, name));
  writeFileSync(list ?? "", JSON.stringify({ resources }));
  const { stdout } = await workspace.pulumi(["import", "--file", list ?? "", "--out", printed ?? "", "--yes"]);
  expect(stdout).toMatch(/= 4 imported/);
  expect(stdout).not.toMatch(/failed to validate/);

  const program = readFileSync(printed ?? "", "utf8");
  writeFileSync(join(workspace.project, "Pulumi.yaml"), `name: fleet\nruntime: yaml\n${program}`);
  const { stdout: preview } = await workspace.pulumi(["preview", "--diff"]);
  expect({ program, preview }).toEqual({ program, preview: expect.stringMatching(/5 unchanged/) });
  expect(preview).not.toMatch(/to (create|update|replace|delete)/);
  for (const { folder } of Object.values(hosts)) expect(() => readFileSync(join(folder, "changes"))).toThrow(/ENOENT/);
});
