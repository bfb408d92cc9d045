/** Programs that use the plugin, made ready to run as `pulumi package add` does: an SDK of its schema beside them. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inOuterNetwork } from "../machine/outer-network";
import { repository } from "../paths";
import { run } from "../process";
import { ensureLanguageHost, isLanguage, type Language } from "./language-hosts";
import { generateSdks } from "./sdk-generators";

export interface Plugin {
  /** With `pulumi-resource-kvm` in it. */
  folder: string;
  /** Path of the package schema. */
  schema: string;
}

/** `npm run build` makes what it starts. */
const ofRepository: Plugin = {
  folder: join(repository, "plugin"),
  schema: join(repository, "dist/plugin/schema.json"),
};

/** @returns the language of a program that has a project file of its own; undefined for those that have none */
export function languageOf(folder: string): Language | undefined {
  const file = join(folder, "Pulumi.yaml");
  if (!existsSync(file)) return undefined;
  const [, name] = /^runtime:(?: *\{ name:)? *(\w+)/m.exec(readFileSync(file, "utf8")) ?? [];
  if (!isLanguage(name)) throw new Error(`${file} has no runtime that is known here.`);
  return name;
}

/**
 * Generates and installs an SDK in the program's folder.
 *
 * @returns folders that have to be on PATH when the program is run, the first before the others
 */
export async function installPlugin(
  folder: string,
  language: Language,
  { plugin = ofRepository, report }: { plugin?: Plugin; report?: ((line: string) => void) | undefined } = {},
): Promise<string[]> {
  const sdk = "sdks/kvm";
  if (language !== "yaml") {
    const generated = join(folder, "sdks/generated");
    mkdirSync(generated, { recursive: true });
    await generateSdks(plugin.schema, generated);
    renameSync(join(generated, language), join(folder, sdk));
    rmSync(generated, { recursive: true });
  }
  const more = await installers[language](folder, `./${sdk}`);
  return [...more, plugin.folder, await ensureLanguageHost(language, report)];
}

/** What comes from registries is not to be had in a lab's network. */
const outside = (argv: readonly string[], cwd: string) => run(inOuterNetwork(argv), { cwd });

/** Each returns folders for PATH. */
const installers: Record<Language, (folder: string, sdk: string) => Promise<string[]>> = {
  yaml: async () => [],
  python: async (folder, sdk) => {
    const bin = join(folder, "venv/bin");
    await run(["python3", "-m", "venv", "venv"], { cwd: folder });
    const pip = [join(bin, "pip"), "install", "--quiet", "--disable-pip-version-check"];
    await outside([...pip, "--requirement", "requirements.txt", sdk], folder);
    return [bin]; // the language host that is built here does not look for `virtualenv`
  },
  go: async (folder, sdk) => {
    const [name, path] = ["example.com/pulumi-kvm/sdk/go", `${sdk}/go.mod`];
    const go = (...args: string[]) => outside(["go", ...args], folder);
    if (!existsSync(join(folder, path))) await run(["go", "mod", "init", name], { cwd: join(folder, sdk) });
    await go("mod", "edit", `-require=${name}@v0.0.0`, `-replace=${name}=${sdk}`);
    await go("mod", "tidy");
    return [];
  },
};
