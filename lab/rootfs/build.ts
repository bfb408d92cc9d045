/** Builds a root file system image once and keeps it in the cache. */
import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quoteCommand } from "../../provider/host/command";
import type { RootFs } from "../hosts";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { debianSources } from "../preflight/debian-sources";
import { kernelModules } from "../preflight/packages";
import { run } from "../process";
import { buildModularDaemons } from "./modular/daemons";
import { diskSizeGiB, overlay, recipeHash, recipeOf } from "./recipe";

type Report = (line: string) => void;

/** Where an image is, or will be once it is built. */
export const imageFile = (rootFs: RootFs) => join(cacheFolder(), "rootfs", `${rootFs}-${recipeHash(rootFs)}.img`);

/** @returns the image, built when it is not there yet */
export async function ensureImage(rootFs: RootFs, report: Report = () => {}): Promise<string> {
  const image = imageFile(rootFs);
  await buildOnce(image, () => buildImage(rootFs, image, report), report);
  return image;
}

async function buildImage(rootFs: RootFs, image: string, report: Report): Promise<void> {
  const [tree, daemons] = [`${image}.tree`, `${image}.daemons`];
  for (const left of [tree, daemons]) rmSync(left, { recursive: true, force: true }); // of a build that was cut off
  const { release, hasModularDaemons } = recipeOf(rootFs);
  mkdirSync(tree, { recursive: true });
  if (hasModularDaemons) await buildModularDaemons(release, daemons, report);
  else mkdirSync(daemons);
  await installDebian(rootFs, { tree, daemons }, report);
  report("writing the image");
  writeFileSync(`${image}.new`, "");
  truncateSync(`${image}.new`, diskSizeGiB * 1024 ** 3);
  await run(["mke2fs", "-q", "-t", "ext4", "-d", tree, `${image}.new`]);
  renameSync(`${image}.new`, image);
  for (const done of [tree, daemons]) rmSync(done, { recursive: true });
}

/** mmdebstrap mounts /proc, /sys and /dev in the tree: in a mount namespace of its own, none of them can be left behind. */
async function installDebian(
  rootFs: RootFs,
  { tree, daemons }: { tree: string; daemons: string },
  report: Report,
): Promise<void> {
  const { release, packages, enabledUnits, maskedUnits, hasModularDaemons } = recipeOf(rootFs);
  const inTree = (...argv: string[]) => `--customize-hook=chroot "$1" ${quoteCommand(argv)}`;
  const modules = kernelModules();
  await run(
    [
      ...["unshare", "--mount", "--propagation", "private"],
      ...["mmdebstrap", "--mode=root", "--variant=minbase", `--include=${packages.join(",")}`],
      `--customize-hook=mkdir -p "$1/lib/modules" && cp -a ${quoteCommand([modules.folder])} "$1/lib/modules/"`,
      inTree("depmod", "-a", modules.version),
      `--customize-hook=cp -R ${quoteCommand([overlay])}/. "$1/"`,
      `--customize-hook=cp -R ${quoteCommand([daemons])}/. "$1/"`,
      // They use private symbols of libvirt's library, which change with each release.
      ...(hasModularDaemons ? [inTree("virtqemud", "--version"), inTree("virtproxyd", "--version")] : []),
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
