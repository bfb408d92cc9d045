/** libvirt's modular daemons, built of Debian's source package: no package of Debian's has them. */
import { copyFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../../hosts";
import { debianSources } from "../../preflight/debian-sources";
import { run } from "../../process";

/** What they are built with, and the libraries that they are linked with. */
const packages: readonly string[] = [
  ..."gcc libc6-dev meson ninja-build pkgconf gettext perl python3 python3-docutils dpkg-dev patch xz-utils".split(" "),
  ..."libxml2-utils xsltproc libglib2.0-dev libgnutls28-dev libxml2-dev libjson-c-dev libtirpc-dev".split(" "),
  ..."libnl-3-dev libnl-route-3-dev libsasl2-dev libacl1-dev libblkid-dev libparted-dev libvirt0".split(" "),
];

/** @param folder becomes what a root file system needs of them: programs, units, configuration files */
export async function buildModularDaemons(
  release: Release,
  folder: string,
  report: (line: string) => void,
): Promise<void> {
  const tree = `${folder}.tree`;
  rmSync(tree, { recursive: true, force: true }); // of a build that was cut off
  mkdirSync(tree, { recursive: true });
  const sources = await debianSources(release);
  const options = { env: { PATH: process.env.PATH, LC_ALL: "C" }, onLine: (line: string) => report(line) };
  await run(
    [
      ...["unshare", "--mount", "--propagation", "private"],
      ...["mmdebstrap", "--mode=root", "--variant=minbase", "--skip=cleanup/apt", `--include=${packages.join(",")}`],
      ...[release, tree, ...sources, ...sources.map((line) => line.replace(/^deb /, "deb-src "))],
    ],
    options,
  );
  copyFileSync("/etc/resolv.conf", join(tree, "etc/resolv.conf"));
  copyFileSync(join(__dirname, "build-daemons.sh"), join(tree, "root/build-daemons.sh"));
  await run(["chroot", tree, "sh", "/root/build-daemons.sh"], options);
  renameSync(join(tree, "out"), folder);
  rmSync(tree, { recursive: true });
}
