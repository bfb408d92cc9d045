/** Checks, installs and builds what a lab needs on this machine. */
import { existsSync } from "node:fs";
import { type HostSpec, hostSpec } from "./hosts";
import type { Lab } from "./lab";
import { ensureKeys } from "./machine/keys";
import { machineFacts } from "./preflight/facts";
import { ensurePackages } from "./preflight/packages";
import { findProblems, type Needs } from "./preflight/problems";
import { ensurePulumiCli, findPulumiCli } from "./pulumi/cli";
import { ensureImage, imageFile } from "./rootfs/build";
import type { Step } from "./steps";
import { UserError } from "./terminal";

export interface SetupOptions {
  labs: readonly Lab[];
  /** Names of the hosts to boot. */
  hosts: readonly string[];
  /** Names of hosts that may be booted later, when their images can no longer be built. */
  later?: readonly string[];
  /** The Pulumi CLI is needed too. */
  pulumi: boolean;
}

export function setupSteps(options: SetupOptions): Step[] {
  const { labs, hosts, later = [], pulumi } = options;
  const rootFileSystems = new Set([...hosts, ...later].map((name) => hostSpec(name).rootFs));
  return [
    { title: "Checking this machine", run: () => checkMachine(options) },
    { title: "Installing Debian packages", run: ensurePackages },
    ...[...rootFileSystems].map((rootFs) => ({
      title: `Building the hosts' root file system (${rootFs})`,
      run: (report: (line: string) => void) => ensureImage(rootFs, report),
    })),
    { title: "Making ssh keys", run: ensureKeys },
    ...(pulumi ? [{ title: "Finding or building the Pulumi CLI", run: ensurePulumiCli }] : []),
    {
      title: `Booting ${hosts.join(", ")}${labs.length > 1 ? `, in ${labs.length} labs` : ""}`,
      run: (report) => Promise.all(labs.map((lab) => lab.up({ hosts, report }))),
    },
  ];
}

/** @throws UserError with every problem at once */
async function checkMachine({ labs, hosts, later = [], pulumi }: SetupOptions): Promise<void> {
  const cli = pulumi ? await findPulumiCli() : undefined;
  const specs = [...hosts, ...later].map(hostSpec);
  const needs: Needs = {
    memoryMiB: memoryNeeded(labs, specs),
    diskMiB: diskNeeded(specs, pulumi && !cli),
    pulumi,
  };
  const problems = findProblems(await machineFacts(cli?.version), needs);
  if (problems.length === 0) return;
  throw new UserError(
    ["The lab cannot run on this machine:", ...problems.map((problem) => `  - ${problem}`)].join("\n"),
  );
}

/** Memory for the hosts that are off, and some for the programs beside them. */
function memoryNeeded(labs: readonly Lab[], specs: readonly HostSpec[]): number {
  const off = labs.flatMap((lab) => specs.filter(({ name }) => !lab.host(name).isRunning));
  return off.reduce((sum, { memoryMiB }) => sum + memoryMiB, 1024);
}

/** Disks grow as hosts write to them; a root file system takes 1.5 GiB while it is built, Go's caches 4 GiB. */
function diskNeeded(specs: readonly HostSpec[], buildsPulumi: boolean): number {
  const missing = new Set(specs.map(({ rootFs }) => rootFs).filter((rootFs) => !hasImage(rootFs)));
  return 1024 + missing.size * 1536 + (buildsPulumi ? 4096 : 0);
}

function hasImage(rootFs: HostSpec["rootFs"]): boolean {
  try {
    return existsSync(imageFile(rootFs));
  } catch {
    return false; // no User-Mode Linux yet, so its image has no name yet
  }
}
