/** Builds the lab's Linux guest from Debian's packages: a kernel and an initramfs, in the cache. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { debianSources } from "../preflight/debian-sources";
import { run } from "../process";
import { packInitramfs } from "./linux/initramfs";
import { unpackKernel } from "./linux/kernel";

/** Files of the guest on this machine. */
export interface LinuxGuest {
  kernel: string;
  initramfs: string;
}

const recipe = join(__dirname, "linux");
const release = "bookworm";
/** Not the cloud kernel: it has neither USB nor SATA. */
const packages = ["linux-image-amd64", "busybox-static", "qemu-guest-agent", "xz-utils"];

/** @returns its files, built when they are not there yet: outside of a lab's network, which leads to no package */
export async function buildLinux(report: (line: string) => void = () => {}): Promise<LinuxGuest> {
  await buildOnce(folder(), () => build(folder(), report), report);
  return builtLinux();
}

/** @throws Error when it is not built yet, with how to do that */
export function builtLinux(): LinuxGuest {
  if (!existsSync(folder())) throw new Error("The Linux guest is not built yet: run `npm run lab -- guest build`.");
  return { kernel: join(folder(), "vmlinux"), initramfs: join(folder(), "initramfs.cpio") };
}

const folder = () => join(cacheFolder(), "guests", `linux-${recipeHash()}`);

async function build(path: string, report: (line: string) => void): Promise<void> {
  const [tree, fresh] = [`${path}.tree`, `${path}.new`];
  for (const left of [tree, fresh]) rmSync(left, { recursive: true, force: true }); // of a build that was cut off
  mkdirSync(fresh, { recursive: true });
  await extractPackages(tree, report);
  const kernelVersion = readdirSync(join(tree, "lib/modules"))[0] ?? "";
  report("kernel and initramfs");
  writeFileSync(join(fresh, "vmlinux"), await unpackKernel(tree, join("/boot", `vmlinuz-${kernelVersion}`)));
  await packInitramfs(tree, kernelVersion, join(fresh, "initramfs.cpio"));
  renameSync(fresh, path);
  rmSync(tree, { recursive: true });
}

/** With all that they depend on; nothing is configured, so that nothing of them runs. */
async function extractPackages(tree: string, report: (line: string) => void): Promise<void> {
  await run(
    [
      ...["unshare", "--mount", "--propagation", "private"],
      ...["mmdebstrap", "--mode=root", "--variant=extract", `--include=${packages.join(",")}`],
      ...[release, tree, ...(await debianSources(release))],
    ],
    { env: { PATH: process.env.PATH, LC_ALL: "C" }, onLine: (line) => report(line.replace(/^I: /, "")) },
  );
}

function recipeHash(): string {
  const hash = createHash("sha256").update(JSON.stringify([release, packages]));
  for (const file of [
    __filename,
    ...readdirSync(recipe)
      .sort()
      .map((name) => join(recipe, name)),
  ])
    hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 12);
}
