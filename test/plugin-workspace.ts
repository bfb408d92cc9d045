/** A scratch place for the real Pulumi CLI with the plugin, for programs in YAML, and a fleet for them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { repository } from "../lab/paths";
import { run } from "../lab/process";
import { findPulumiCli } from "../lab/pulumi/cli";
import { ensureLanguageHost, findLanguageHost } from "../lab/pulumi/language-hosts";
import { createPulumiWorkspace, type PulumiWorkspace, type WorkspaceOptions } from "../lab/pulumi/workspace";

export interface PluginWorkspace extends PulumiWorkspace {
  /** Folder of the project file. */
  project: string;
  /** Writes the project file. @param program its properties, as YAML has them */
  setProgram(program: Record<string, unknown>): void;
}

/** What would have to be built first for programs in YAML, which takes minutes; undefined for nothing. */
export async function missingForYaml(): Promise<string | undefined> {
  if ((await findPulumiCli()) === undefined) return "there is no Pulumi CLI yet: npm run demo builds it";
  return findLanguageHost("yaml") === undefined ? "there is no pulumi-language-yaml" : undefined;
}

/** The plugin from its sources, which need not be compiled. The CLI is built when there is none. */
export async function pluginWorkspace(more: Pick<WorkspaceOptions, "wrap"> = {}): Promise<PluginWorkspace> {
  await run([process.execPath, "--import", "tsx", "schema/write.ts"], { cwd: repository });
  const workspace = await createPulumiWorkspace({ program: "test", project: "fleet", ...more });
  const scratch = dirname(workspace.env.PULUMI_HOME ?? "");
  const bin = join(scratch, "bin");
  mkdirSync(bin);
  const [modules, main] = ["node_modules", "provider/plugin/main.ts"].map((path) => join(repository, path));
  const script = `#!/bin/sh\nexec node --require ${modules}/tsx/dist/cjs/index.cjs ${main} "$@"\n`;
  writeFileSync(join(bin, "pulumi-resource-kvm"), script, { mode: 0o755 });
  workspace.env.PATH = [bin, await ensureLanguageHost("yaml"), workspace.env.PATH].join(delimiter);
  const project = join(scratch, "project");
  const setProgram = (program: Record<string, unknown>) =>
    writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "fleet", runtime: "yaml", ...program }));
  return { ...workspace, project, setProgram };
}

/** As a program in YAML refers to what it has. */
export const of = (name: string): string => `\${${name}}`;

/** A guest that is off on one of two hosts. @param login of the hosts, beside their addresses */
export const guestProgram = (host: string, xml: string, login: Record<string, unknown>) => ({
  resources: {
    ...Object.fromEntries(
      ["hv-a", "hv-b"].map((name) => [name, { type: "kvm:Host", properties: { address: name, ...login } }]),
    ),
    web: { type: "kvm:Domain", properties: { xml } },
    placed: {
      type: "kvm:DomainPlacement",
      properties: { domain: of("web"), host, candidates: [of("hv-a"), of("hv-b")], powerState: "shut off" },
    },
  },
  outputs: { uuid: of("web.uuid"), host: of("placed.host") },
});
