/** What `pulumi import` prints by the real CLI, and what a preview of it says. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PluginWorkspace } from "./plugin-workspace";
import type { Made } from "./protocol/readable-fleet";

interface ImportedResource {
  /** `NfsExport`. */
  type: string;
  name: string;
  id: string;
}

/** Into a new stack `dev` of the project `fleet`. @param sshConfig by which the hosts are found */
async function importedByCli(
  workspace: PluginWorkspace,
  sshConfig: string,
  resources: readonly ImportedResource[],
): Promise<{ stdout: string; program: string; preview: string }> {
  workspace.setProgram({ resources: {} });
  await workspace.pulumi(["stack", "init", "dev"]);
  await workspace.configure({ "kvm:sshConfig": sshConfig });
  const [list, printed] = ["import.json", "printed.yaml"].map((name) => join(workspace.project, name)) as [
    string,
    string,
  ];
  const typed = resources.map(({ type, ...rest }) => ({ type: `kvm:index:${type}`, ...rest }));
  writeFileSync(list, JSON.stringify({ resources: typed }));
  const { stdout } = await workspace.pulumi(["import", "--file", list, "--out", printed, "--yes"]);
  expect(stdout).not.toMatch(/failed to validate/);
  const program = readFileSync(printed, "utf8");
  writeFileSync(join(workspace.project, "Pulumi.yaml"), `name: fleet\nruntime: yaml\n${program}`);
  const { stdout: preview } = await workspace.pulumi(["preview", "--diff"]);
  return { stdout, program, preview };
}

/** That all of them were imported, and that the program has them as they are. */
export async function expectCleanImport(
  workspace: PluginWorkspace,
  sshConfig: string,
  resources: readonly ImportedResource[],
): Promise<string> {
  const { stdout, program, preview } = await importedByCli(workspace, sshConfig, resources);
  expect(stdout).toContain(`= ${resources.length} imported`);
  // The stack is one of them.
  expect({ program, preview }).toEqual({
    program,
    preview: expect.stringContaining(`${resources.length + 1} unchanged`),
  });
  expect(preview).not.toMatch(/to (create|update|replace|delete)/);
  return program;
}

export function expectUnchanged(hosts: Readonly<Record<string, Made>>): void {
  for (const { folder } of Object.values(hosts)) expect(() => readFileSync(join(folder, "changes"))).toThrow(/ENOENT/);
}
