/** The guest's root file system: busybox, the guest agent with its libraries, a few modules and scripts. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { run } from "../../process";
import { loadOrder, wantedModules } from "./modules";

const agent = "/usr/sbin/qemu-ga";
const scripts = {
  "init.sh": ["init"],
  "count.sh": ["bin/count"],
  // busybox's acpid names the power button so.
  "power-off.sh": ["sbin/shutdown", "etc/acpi/PWRF/00000080"],
};

/** @param tree file system with the packages that all of it comes from. @param archive where it is written */
export async function packInitramfs(tree: string, kernelVersion: string, archive: string): Promise<void> {
  const root = `${archive}.root`;
  for (const folder of ["dev", "proc", "sys"]) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ["/bin/busybox", agent, ...(await librariesOf(tree, agent))])
    copy(join(tree, file), join(root, file));
  await addModules(tree, kernelVersion, join(root, "modules"));
  for (const [script, paths] of Object.entries(scripts))
    for (const path of paths) {
      copy(join(__dirname, script), join(root, path));
      chmodSync(join(root, path), 0o755);
    }
  await run(["sh", "-c", 'cd "$0" && find . | "$1/bin/busybox" cpio -o -H newc > "$2"', root, tree, archive]);
  rmSync(root, { recursive: true });
}

/** Paths of the libraries that a program loads, and of the loader. */
async function librariesOf(tree: string, program: string): Promise<string[]> {
  const { stdout } = await run(["chroot", tree, "/lib64/ld-linux-x86-64.so.2", "--list", program]);
  return stdout.match(/\/\S+\.so\S*/g) ?? [];
}

async function addModules(tree: string, kernelVersion: string, folder: string): Promise<void> {
  await run(["chroot", tree, "/bin/busybox", "depmod", kernelVersion]);
  const modules = join(tree, "lib/modules", kernelVersion);
  const order = loadOrder(readFileSync(join(modules, "modules.dep"), "utf8"), wantedModules);
  for (const path of order) copy(join(modules, path), join(folder, basename(path)));
  writeFileSync(join(folder, "order"), order.map((path) => `${basename(path)}\n`).join(""));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
