/** Pulumi's language hosts, for programs that use the plugin: those on PATH, else built from Go modules into the cache. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { which } from "../preflight/facts";
import { run } from "../process";

interface Source {
  module: string;
  version: string;
  /** In the module. */
  program: string;
  /** A script in the module that has to lie beside the program. */
  script?: string;
}

/**
 * The hosts of Go and Python have become modules of their own, which the module proxy need not have: these are the last
 * releases of Pulumi's SDK that contain them. A CLI of today takes them, but they neither generate SDKs nor install them.
 */
const sources = {
  yaml: { module: "github.com/pulumi/pulumi-yaml", version: "v1.25.0", program: "cmd/pulumi-language-yaml" },
  python: {
    module: "github.com/pulumi/pulumi/sdk/v3",
    version: "v3.68.0",
    program: "python/cmd/pulumi-language-python",
    script: "python/cmd/pulumi-language-python-exec",
  },
  go: { module: "github.com/pulumi/pulumi/sdk/v3", version: "v3.66.0", program: "go/pulumi-language-go" },
} satisfies Record<string, Source>;

/** As Pulumi names its runtimes. */
export type Language = keyof typeof sources;

export const isLanguage = (name: string | undefined): name is Language =>
  name !== undefined && Object.hasOwn(sources, name);

const programOf = (language: Language) => `pulumi-language-${language}`;
const builtFolder = (language: Language) =>
  join(cacheFolder(), "language-hosts", `${language}-${sources[language].version}`);

/** @returns the folder that it is in; undefined when it has to be built first */
export function findLanguageHost(language: Language): string | undefined {
  const onPath = which(programOf(language));
  if (onPath !== undefined) return dirname(onPath);
  return existsSync(builtFolder(language)) ? builtFolder(language) : undefined;
}

/** @returns the folder that it is in, built when there is none */
export async function ensureLanguageHost(
  language: Language,
  report: (line: string) => void = () => {},
): Promise<string> {
  const found = findLanguageHost(language);
  if (found !== undefined) return found;
  await buildOnce(builtFolder(language), () => build(language, report), report);
  return builtFolder(language);
}

/** In a module of its own: `go install` takes no module with a `replace`, as the SDK has. */
async function build(language: Language, report: (line: string) => void): Promise<void> {
  const { module, version, program, script }: Source = sources[language];
  const fresh = `${builtFolder(language)}.new`;
  const scratch = `${builtFolder(language)}.module`;
  for (const folder of [fresh, scratch]) {
    rmSync(folder, { recursive: true, force: true }); // of an interrupted build
    mkdirSync(folder, { recursive: true });
  }
  report(`building ${programOf(language)} from its Go module, a few minutes`);
  const go = (...args: string[]) => run(["go", ...args], { cwd: scratch, onLine: report });
  const path = `${module}/${program}`;
  await go("mod", "init", "language-host");
  await go("get", `${path}@${version}`);
  await go("build", "-trimpath", "-ldflags=-s -w", "-o", join(fresh, programOf(language)), path);
  if (script !== undefined) {
    const { stdout } = await go("list", "-m", "-f", "{{.Dir}}", module);
    const copy = join(fresh, `${programOf(language)}-exec`);
    copyFileSync(join(stdout.trim(), script), copy);
    chmodSync(copy, 0o755); // files of modules are not executable
  }
  rmSync(scratch, { recursive: true });
  renameSync(fresh, builtFolder(language));
}
