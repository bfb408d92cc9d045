/** An empty project outside of the repository, with the package as it would be published. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { repository } from "../../lab/paths";
import { type RunResult, run, runAnyway } from "../../lab/process";
import type { Language } from "../../lab/pulumi/language-hosts";
import { installPlugin } from "../../lab/pulumi/plugin-program";
import { createPulumiWorkspace } from "../../lab/pulumi/workspace";

/** What `type` in package.json says of its modules. */
export type ModuleKind = "commonjs" | "module";

export interface InstalledProject {
  /** Checks the program's types and compiles it. */
  compile(): Promise<RunResult>;
  preview(): Promise<RunResult>;
  /**
   * Previews a program whose provider is the plugin that the package has brought.
   *
   * @param files of it, by name
   */
  previewIn(language: Language, files: Readonly<Record<string, string>>): Promise<RunResult>;
  /** Any exit code is an answer. */
  npx(argv: readonly string[]): Promise<RunResult>;
  remove(): void;
}

const versions: Record<string, string> = require(join(repository, "package.json")).devDependencies;
const taken = ["@pulumi/pulumi", "@types/node", "typescript"];

export async function installedProject(tarball: string, type: ModuleKind, program: string): Promise<InstalledProject> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-project-"));
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  const dependencies = Object.fromEntries(taken.map((name) => [name, versions[name]]));
  write("package.json", {
    private: true,
    type,
    dependencies: { ...dependencies, "pulumi-kvm-live": `file:${tarball}` },
  });
  write("tsconfig.json", {
    compilerOptions: { strict: true, target: "es2022", module: "nodenext", outDir: "bin", types: ["node"] },
    files: ["index.ts"],
  });
  write("Pulumi.yaml", { name: "shop", runtime: "nodejs", main: "bin" }); // JSON is YAML
  write("index.ts", program);
  await run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  const workspace = await createPulumiWorkspace({ program: "examples/hosts", report: console.error });
  return {
    compile: () => run([join(folder, "node_modules/.bin/tsc"), "-p", "."], { cwd: folder }),
    preview: async () => {
      await workspace.pulumi(["stack", "init", "first"], { cwd: folder });
      return workspace.pulumi(["preview"], { cwd: folder });
    },
    previewIn: async (language, files) => {
      const cwd = join(folder, language);
      mkdirSync(cwd);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
      const modules = join(folder, "node_modules");
      const plugin = {
        folder: join(modules, ".bin"),
        schema: join(modules, "pulumi-kvm-live/dist/plugin/schema.json"),
      };
      const onPath = await installPlugin(cwd, language, { plugin, report: console.error });
      const env = { ...workspace.env, PATH: [...onPath, workspace.env.PATH].join(delimiter) };
      await workspace.pulumi(["stack", "init", `in-${language}`], { cwd, env });
      return workspace.pulumi(["preview"], { cwd, env });
    },
    npx: (argv) => runAnyway(["npx", ...argv], { cwd: folder }),
    remove: () => {
      workspace.remove();
      rmSync(folder, { recursive: true });
    },
  };
}
