/** The recipe of the lab's root file systems. Any change makes a new image. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Release, RootFs } from "../hosts";
import { kernelModules } from "../preflight/packages";

export const overlay = join(__dirname, "overlay");

const packages: readonly string[] = [
  ..."systemd systemd-sysv dbus udev kmod iproute2 procps netbase openssh-server sudo".split(" "),
  ..."libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils gnutls-bin".split(" "),
  ..."nfs-kernel-server nfs-common openvswitch-switch swtpm swtpm-tools".split(" "),
];

/** What is special about one. */
interface Recipe {
  release: Release;
  packages: readonly string[];
  enabled?: readonly string[];
  masked?: readonly string[];
  /** libvirt's modular daemons are built, and serve the host instead of libvirtd. */
  hasModularDaemons?: boolean;
}

const socketsOf = (daemon: string, kinds: readonly string[]) => kinds.map((kind) => `${daemon}${kind}.socket`);
const localSockets = ["", "-ro", "-admin"];

const recipes: Record<RootFs, Recipe> = {
  bookworm: { release: "bookworm", packages: ["libvirt-daemon-driver-qemu"] },
  trixie: { release: "trixie", packages: [] }, // its libvirt-daemon-system depends on the driver
  "trixie-modular": {
    release: "trixie",
    packages: ["firewalld"],
    enabled: [
      "virtqemud.service",
      ...["virtqemud", "virtproxyd", "virtnetworkd", "virtstoraged"].flatMap((one) => socketsOf(one, localSockets)),
    ],
    // firewalld filters nothing until a test has it do so.
    masked: ["libvirtd.service", ...socketsOf("libvirtd", [...localSockets, "-tcp", "-tls"]), "firewalld.service"],
    hasModularDaemons: true,
  },
};

const enabledUnits: readonly string[] = ["lab-identity.service", "lab-network.service"];

/** Housekeeping that a host of a few minutes' life does not need, and that costs boot time or makes timings uneven. */
const maskedUnits: readonly string[] = [
  ..."getty@tty1.service systemd-pstore.service user@.service e2scrub_reap.service".split(" "),
  ..."systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-journal-flush.service".split(" "),
  ..."systemd-binfmt.service proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount uuidd.socket".split(" "),
  ..."modprobe@drm.service modprobe@dm_mod.service modprobe@loop.service modprobe@fuse.service".split(" "),
  "nfs-blkmap.service",
  ..."apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer logrotate.timer".split(
    " ",
  ),
];

/** A recipe with what all of them have. */
export function recipeOf(rootFs: RootFs) {
  const { release, hasModularDaemons = false, ...own } = recipes[rootFs];
  return {
    release,
    packages: [...packages, ...own.packages],
    enabledUnits: [...enabledUnits, ...(own.enabled ?? [])],
    maskedUnits: [...maskedUnits, ...(own.masked ?? [])],
    hasModularDaemons,
  };
}

export const diskSizeGiB = 4;

/** Names one recipe; the image of another recipe has another name. */
export function recipeHash(rootFs: RootFs): string {
  const hash = createHash("sha256");
  const recipe = recipeOf(rootFs);
  const files = ["build.ts", ...(recipe.hasModularDaemons ? filesIn("modular") : []), ...filesIn("overlay")];
  hash.update(JSON.stringify([rootFs, recipe, diskSizeGiB, kernelModules()]));
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(__dirname, file)));
  return hash.digest("hex").slice(0, 12);
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(__dirname, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(__dirname, join(entry.parentPath, entry.name)))
    .sort();
