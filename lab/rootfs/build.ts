/** Builds a root file system image once and keeps it in the cache. */
import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quoteCommand } from "../../provider/host/command";
import type { Release } from "../hosts";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { debianSources } from "../preflight/debian-sources";
import { kernelModules } from "../preflight/packages";
import { run } from "../process";
import { diskSizeGiB, enabledUnits, maskedUnits, overlay, packagesOf, recipeHash } from "./recipe";

type Report = (line: string) => void;

/** Where a release's image is, or will be once it is built. */
export const imageFile = (release: Release) => join(cacheFolder(), "rootfs", `${release}-${recipeHash(release)}.img`);

/** @returns the image of this release, built when it is not there yet */
export async function ensureImage(release: Release, report: Report = () => {}): Promise<string> {
  const image = imageFile(release);
  await buildOnce(image, () => buildImage(release, image, report), report);
  return image;
}

async function buildImage(release: Release, image: string, report: Report): Promise<void> {
  const tree = `${image}.tree`;
  rmSync(tree, { recursive: true, force: true }); // of a build that was cut off
  mkdirSync(tree, { recursive: true });
  await installDebian(release, tree, report);
  report("writing the image");
  writeFileSync(`${image}.new`, "");
  truncateSync(`${image}.new`, diskSizeGiB * 1024 ** 3);
  await run(["mke2fs", "-q", "-t", "ext4", "-d", tree, `${image}.new`]);
  renameSync(`${image}.new`, image);
  rmSync(tree, { recursive: true });
}

/** mmdebstrap mounts /proc, /sys and /dev in the tree: in a mount namespace of its own, none of them can be left behind. */
async function installDebian(release: Release, tree: string, report: Report): Promise<void> {
  const inTree = (...argv: string[]) => `--customize-hook=chroot "$1" ${quoteCommand(argv)}`;
  const modules = kernelModules();
  await run(
    [
      ...["unshare", "--mount", "--propagation", "private"],
      ...["mmdebstrap", "--mode=root", "--variant=minbase", `--include=${packagesOf(release).join(",")}`],
      `--customize-hook=mkdir -p "$1/lib/modules" && cp -a ${quoteCommand([modules.folder])} "$1/lib/modules/"`,
      inTree("depmod", "-a", modules.version),
      `--customize-hook=cp -R ${quoteCommand([overlay])}/. "$1/"`,
      // A login that a login manager and a message of the day have no part in takes half the time.
      inTree("pam-auth-update", "--disable", "systemd"),
      inTree("sed", "-i", "/pam_motd/d", "/etc/pam.d/sshd"),
      inTree("systemctl", "enable", ...enabledUnits),
      inTree("systemctl", "mask", ...maskedUnits),
      // Each host has its own ssh keys and machine id; an empty machine-id file is filled at the first boot.
      '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* && : > "$1/etc/machine-id"',
      release,
      tree,
      ...(await debianSources(release)),
    ],
    { env: { PATH: process.env.PATH, LC_ALL: "C" }, onLine: (line) => report(line.replace(/^I: /, "")) },
  );
}
