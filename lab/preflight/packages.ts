/** Debian packages that the lab needs on this machine. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run, runAnyway } from "../process";

const modulesFolder = "/usr/lib/uml/modules";

const packages: readonly string[] = [
  ..."user-mode-linux mmdebstrap e2fsprogs iproute2 util-linux openssh-client".split(" "),
  ..."qemu-utils binutils procps tcpdump nftables shellcheck".split(" "),
];

/** Installs what is missing; nothing is touched when all is there. */
export async function ensurePackages(report: (line: string) => void = () => {}): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  report("apt-get update");
  await run(["apt-get", "update"], { env });
  report(`installing ${missing.join(" ")}`);
  await run(["apt-get", "install", "--yes", "--no-install-recommends", ...missing], { env, onLine: report });
}

async function missingPackages(): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders
  const format = "${Package} ${db:Status-Status}\n";
  const { stdout } = await runAnyway(["dpkg-query", "--show", "--showformat", format, ...packages]);
  const installed = new Set(stdout.split("\n"));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

/**
 * The modules that belong to the User-Mode Linux kernel of this machine.
 *
 * @throws Error when the package that brings them is not installed
 */
export function kernelModules(): { version: string; folder: string } {
  const version = existsSync(modulesFolder) ? readdirSync(modulesFolder).sort().at(-1) : undefined;
  if (version === undefined)
    throw new Error("User-Mode Linux is not installed: run `npm run lab -- up`, which installs it.");
  return { version, folder: join(modulesFolder, version) };
}
