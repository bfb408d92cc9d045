/** The Pulumi CLI: the one on PATH if it is new enough, else one built from its Go modules into the cache. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isAtLeast } from "../../provider/util/version";
import { buildOnce } from "../lock";
import { cacheFolder, repository } from "../paths";
import { which } from "../preflight/facts";
import { minimumPulumi } from "../preflight/problems";
import { run, runAnyway } from "../process";

/** A CLI that can be used. */
export interface PulumiCli {
  /** Folder with `pulumi` in it. */
  folder: string;
  version: string;
}

const cliVersion = "v3.250.0";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const programs = [
  { program: "pulumi", module: "cli", path: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
  {
    program: "pulumi-language-nodejs",
    module: "language-nodejs",
    path: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
];
/** Starts dynamic providers; found beside `pulumi` it counts as bundled, elsewhere every command prints a warning. */
const dynamicProviderWrapper = join(repository, "node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs");

/** @returns the CLI that would be used now; undefined when one has to be built first */
export async function findPulumiCli(): Promise<PulumiCli | undefined> {
  const onPath = which("pulumi");
  const version = onPath === undefined ? undefined : await versionOf(onPath);
  if (onPath !== undefined && version !== undefined && isAtLeast(version, minimumPulumi))
    return { folder: dirname(onPath), version };
  return existsSync(builtFolder()) ? { folder: builtFolder(), version: cliVersion } : undefined;
}

/** @returns a CLI that can be used, built when there is none */
export async function ensurePulumiCli(report: (line: string) => void = () => {}): Promise<PulumiCli> {
  const found = await findPulumiCli();
  if (found) return found;
  const folder = builtFolder();
  await buildOnce(folder, () => buildInto(folder, report), report);
  return { folder, version: cliVersion };
}

async function buildInto(folder: string, report: (line: string) => void): Promise<void> {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true }); // of an interrupted build
  mkdirSync(fresh, { recursive: true });
  for (const { program, module, path } of programs) {
    report(`building ${program} from its Go modules, a few minutes`);
    const flags = ["-trimpath", "-mod=readonly", "-ldflags", `-s -w -X ${versionVariable}=${cliVersion}`];
    const cwd = join(__dirname, module);
    await run(["go", "build", ...flags, "-o", join(fresh, program), path], { cwd, onLine: report });
  }
  copyFileSync(dynamicProviderWrapper, join(fresh, "pulumi-resource-pulumi-nodejs"));
  renameSync(fresh, folder);
}

/** Named by what it is built from, so that other modules make another folder. */
function builtFolder(): string {
  const hash = createHash("sha256").update(cliVersion).update(readFileSync(dynamicProviderWrapper));
  for (const { module } of programs)
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(__dirname, module, file)));
  return join(cacheFolder(), "pulumi", hash.digest("hex").slice(0, 12));
}

async function versionOf(pulumi: string): Promise<string | undefined> {
  const { stdout } = await runAnyway([pulumi, "version"]).catch(() => ({ stdout: "" }));
  return /^v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}
