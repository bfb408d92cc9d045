/**
 * A scratch place for the real Pulumi CLI: own project file and stack configuration, own backend, own home, own
 * passphrase. Nothing of the user's and nothing in the repository is touched.
 */
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { quoteCommand } from "../../provider/host/command";
import { argvOf, processesWith } from "../machine/processes";
import { repository } from "../paths";
import {
  type RunOptions,
  type RunResult,
  run,
  runAnyway,
  runAttached,
  type StartedCommand,
  startCommand,
} from "../process";
import { ensurePulumiCli } from "./cli";
import { installPlugin, languageOf } from "./plugin-program";

export interface PulumiWorkspace {
  /** Complete environment for `pulumi` and all that it starts. */
  env: NodeJS.ProcessEnv;
  /** Runs `pulumi ARGS`. @throws CommandFailed on an exit code other than 0 */
  pulumi(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Like {@link pulumi}, but any exit code is an answer. */
  tryPulumi(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Sets configuration values by their paths, all at once. */
  configure(settings: Readonly<Record<string, string>>): Promise<RunResult>;
  /** Starts `pulumi ARGS` without waiting, for tests that interrupt it. */
  start(args: readonly string[], options?: RunOptions): StartedPulumi;
  /** Runs `pulumi ARGS` on this terminal, as a user does. @throws Error on an exit code other than 0 */
  show(args: readonly string[]): Promise<void>;
  /** Shell text after which `pulumi` in the same shell uses this place. */
  readonly setUp: string;
  /** Deletes all of it, the backend included. */
  remove(): void;
}

/** A running `pulumi`. SIGINT is the user's Ctrl-C: providers have process groups of their own, and do not get it. */
export interface StartedPulumi extends StartedCommand {
  /** Its processes of dynamic providers, also those that have outlived it. */
  providerPids(): number[];
}

export interface WorkspaceOptions {
  /** Folder of the program, in this repository. With a project file it is one of the plugin, and run in a copy. */
  program: string;
  /** Name of the project. @default the folder's */
  project?: string | undefined;
  /** Where to make it; a temporary folder by default. */
  folder?: string;
  /** Put before the command, e.g. to run it inside the lab's network. */
  wrap?: (argv: readonly string[]) => string[];
  report?: (line: string) => void;
}

/** Inherited by every process of one run of the CLI: its providers are found by it when their parent is gone. */
const runVariable = "PULUMI_KVM_LIVE_RUN";

/** Without the shell scripts that start them. */
function providersOf(run: string): number[] {
  const isProvider = (argv: string[]) => argv[1]?.includes("/cmd/dynamic-provider") ?? false;
  return processesWith(runVariable, run)
    .map(({ pid }) => pid)
    .filter((pid) => isProvider(argvOf(pid)));
}

/** @returns what has to be on PATH beside the CLI */
async function placeProgram({ program, project, report }: WorkspaceOptions, cwd: string): Promise<string[]> {
  const source = join(repository, program);
  const file = join(cwd, "Pulumi.yaml");
  const language = languageOf(source);
  if (language === undefined) {
    const facts = { name: project ?? basename(program), runtime: "nodejs", main: source };
    writeFileSync(file, JSON.stringify(facts)); // JSON is YAML
    return [];
  }
  const generated = ["sdks", "venv"].map((name) => join(source, name));
  cpSync(source, cwd, { recursive: true, filter: (path) => !generated.includes(path) });
  if (project !== undefined) writeFileSync(file, readFileSync(file, "utf8").replace(/^name: .*/m, `name: ${project}`));
  return installPlugin(cwd, language, { report });
}

export async function createPulumiWorkspace(options: WorkspaceOptions): Promise<PulumiWorkspace> {
  const { folder, wrap = (argv) => [...argv], report } = options;
  const cli = await ensurePulumiCli(report);
  const scratch = folder ?? mkdtempSync(join(tmpdir(), "pulumi-kvm-live-"));
  for (const name of ["home", "backend", "project"]) mkdirSync(join(scratch, name), { recursive: true });
  const cwd = join(scratch, "project");
  const onPath = await placeProgram(options, cwd);
  const own = {
    PATH: [...onPath, cli.folder, process.env.PATH].join(delimiter),
    PULUMI_HOME: join(scratch, "home"),
    PULUMI_BACKEND_URL: `file://${join(scratch, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "lab",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true", // `npm run lint` checks the programs' types, and are not checked again each time
  };
  const env = { ...process.env, ...own };
  const setUp = [
    quoteCommand(["cd", cwd]),
    ...Object.entries(own).map(([key, value]) => quoteCommand(["export", `${key}=${value}`])),
  ].join("\n");
  const command = (args: readonly string[]) => wrap(["pulumi", "--non-interactive", ...args]);
  const start = (args: readonly string[], more: RunOptions = {}): StartedPulumi => {
    const run = randomUUID();
    const started = startCommand(command(args), { cwd, ...more, env: { ...env, ...more.env, [runVariable]: run } });
    return { ...started, providerPids: () => providersOf(run) };
  };
  return {
    env,
    pulumi: (args, more) => run(command(args), { env, cwd, ...more }),
    configure: (settings) => {
      const assignments = Object.entries(settings).flatMap(([path, value]) => ["--plaintext", `${path}=${value}`]);
      return run(command(["config", "set-all", "--path", ...assignments]), { env, cwd });
    },
    tryPulumi: (args, more) => runAnyway(command(args), { env, cwd, ...more }),
    start,
    show: async (args) => {
      const exitCode = await runAttached(wrap(["pulumi", ...args]), { env, cwd });
      if (exitCode !== 0) throw new Error(`${quoteCommand(["pulumi", ...args])} ended with exit code ${exitCode}.`);
    },
    setUp,
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
