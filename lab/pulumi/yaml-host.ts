/** Pulumi's language host for YAML: the one on PATH, else one built from its Go module into the cache. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { which } from "../preflight/facts";
import { run } from "../process";

const program = "pulumi-language-yaml";
const version = "v1.25.0";

const builtFolder = () => join(cacheFolder(), "pulumi-yaml", version);

/** @returns the folder that it is in; undefined when it has to be built first */
export function findYamlHost(): string | undefined {
  const onPath = which(program);
  if (onPath !== undefined) return dirname(onPath);
  return existsSync(builtFolder()) ? builtFolder() : undefined;
}

/** @returns the folder that it is in, built when there is none */
export async function ensureYamlHost(report: (line: string) => void = () => {}): Promise<string> {
  const found = findYamlHost();
  if (found !== undefined) return found;
  await buildOnce(builtFolder(), () => build(report), report);
  return builtFolder();
}

async function build(report: (line: string) => void): Promise<void> {
  const fresh = `${builtFolder()}.new`;
  rmSync(fresh, { recursive: true, force: true }); // of an interrupted build
  mkdirSync(fresh, { recursive: true });
  report(`building ${program} from its Go module, a few minutes`);
  const env = { ...process.env, GOBIN: fresh, GOFLAGS: "-mod=mod" };
  await run(["go", "install", `github.com/pulumi/pulumi-yaml/cmd/${program}@${version}`], { env, onLine: report });
  renameSync(fresh, builtFolder());
}
