/** The recipe of the lab's root file systems. Any change makes a new image. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Release } from "../hosts";
import { kernelModules } from "../preflight/packages";

export const overlay = join(__dirname, "overlay");

const packages: readonly string[] = [
  ..."systemd systemd-sysv dbus udev kmod iproute2 procps netbase openssh-server sudo".split(" "),
  ..."libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils gnutls-bin".split(" "),
  ..."nfs-kernel-server nfs-common openvswitch-switch swtpm swtpm-tools".split(" "),
];

const extraPackages: Record<Release, readonly string[]> = {
  bookworm: ["libvirt-daemon-driver-qemu"],
  trixie: [], // its libvirt-daemon-system depends on the driver
};

export const packagesOf = (release: Release): readonly string[] => [...packages, ...extraPackages[release]];

export const enabledUnits: readonly string[] = ["lab-identity.service", "lab-network.service"];

/** Housekeeping that a host of a few minutes' life does not need, and that costs boot time or makes timings uneven. */
export const maskedUnits: readonly string[] = [
  ..."getty@tty1.service systemd-pstore.service user@.service e2scrub_reap.service".split(" "),
  ..."systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-journal-flush.service".split(" "),
  ..."systemd-binfmt.service proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount uuidd.socket".split(" "),
  ..."modprobe@drm.service modprobe@dm_mod.service modprobe@loop.service modprobe@fuse.service".split(" "),
  "nfs-blkmap.service",
  ..."apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer logrotate.timer".split(
    " ",
  ),
];

export const diskSizeGiB = 4;

/** Names one recipe; the image of another recipe has another name. */
export function recipeHash(release: Release): string {
  const hash = createHash("sha256");
  const build = readFileSync(join(__dirname, "build.ts"));
  hash.update(JSON.stringify([release, packagesOf(release), enabledUnits, maskedUnits, diskSizeGiB, kernelModules()]));
  hash.update(build);
  for (const file of overlayFiles())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(overlay, file)));
  return hash.digest("hex").slice(0, 12);
}

function overlayFiles(): string[] {
  return readdirSync(overlay, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(overlay, join(entry.parentPath, entry.name)))
    .sort();
}
