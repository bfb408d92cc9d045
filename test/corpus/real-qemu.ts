/** The lab's QEMUs, run from its root file systems in a mount namespace that ends with this process. */
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Release } from "../../lab/hosts";
import { CommandFailed, type RunResult, runAnyway, type StartedCommand, startCommand } from "../../lab/process";
import { imageFile } from "../../lab/rootfs/build";
import { sh } from "../../provider/host/script";

/** Why they cannot be run here; undefined when they can. */
export function reasonAgainst(release: Release): string | undefined {
  if (process.getuid?.() !== 0) return "mounting an image needs root";
  return existsSync(imageFile(release))
    ? undefined
    : `the root file system of ${release} is not built: npm run lab -- up`;
}

export type Verdict = "taken" | "unmigratable" | { notMade: string };

const mounts = sh`
set -e
mount -o loop,ro,noload "$1" "$2"
mount -t tmpfs tmpfs "$2/tmp"
mount -t tmpfs tmpfs "$2/var/tmp"
mount -t proc proc "$2/proc"
mount -t tmpfs tmpfs "$2/dev"
for node in null zero random urandom; do touch "$2/dev/$node" && mount --bind "/dev/$node" "$2/dev/$node"; done
[ ! -c /dev/kvm ] || { touch "$2/dev/kvm" && mount --bind /dev/kvm "$2/dev/kvm"; }
echo mounted
exec sleep infinity
`;

export class RealQemu {
  private constructor(
    private readonly holder: StartedCommand,
    private readonly folder: string,
  ) {}

  static async start(release: Release): Promise<RealQemu> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-qemu-"));
    const namespace = ["unshare", "--mount", "--propagation", "private", "setpriv", "--pdeathsig", "KILL"];
    let say = () => {};
    const mounted = new Promise<void>((resolve) => {
      say = resolve;
    });
    const holder = startCommand([...namespace, "sh", "-c", mounts, "sh", imageFile(release), folder], {
      onLine: (line) => line === "mounted" && say(),
    });
    const failed = holder.done.then(({ stderr }) => {
      throw new Error(`${imageFile(release)} cannot be mounted: ${stderr}`);
    });
    await Promise.race([mounted, failed]).catch((error) => {
      rmdirSync(folder);
      throw error;
    });
    return new RealQemu(holder, folder);
  }

  async stop(): Promise<void> {
    this.holder.signal("SIGKILL");
    await this.holder.done;
    rmdirSync(this.folder);
  }

  /** Runs a program of the release; the exit code is -1 when it does not end. */
  async run(argv: readonly string[], input = ""): Promise<RunResult> {
    const inside = ["nsenter", `--mount=/proc/${this.holder.pid}/ns/mnt`, "chroot", this.folder, ...argv];
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
    try {
      return await runAnyway(inside, { input, env, timeoutMs: 20_000 });
    } catch (error) {
      if (error instanceof CommandFailed && error.exitCode === -1) return error;
      throw error;
    }
  }

  /** Answers of the monitor, in the order of the commands; undefined where it is an error. */
  async monitor(machine: readonly string[], ...commands: object[]): Promise<unknown[]> {
    const result = await this.start(machine, commands);
    const lines = result.stdout.split("\n").filter((line) => line.startsWith("{"));
    const answers = lines.map((line) => JSON.parse(line)).filter((line) => "return" in line || "error" in line);
    return answers.slice(1).map((answer) => answer.return);
  }

  /** Whether QEMU starts with these arguments when it may have nothing that is unmigratable. */
  async verdict(machine: readonly string[], ...args: string[]): Promise<Verdict> {
    const { exitCode, stdout, stderr } = await this.start([...machine, "-only-migratable", ...args], []);
    if (/is not migratable|disallowing migration blocker/.test(stderr)) return "unmigratable";
    if (exitCode === 0 && stdout.includes("host-qmp-quit")) return "taken";
    return { notMade: stderr.trim().split("\n").at(-1) || `exit code ${exitCode}` };
  }

  private start(args: readonly string[], commands: readonly object[]): Promise<RunResult> {
    const all = [{ execute: "qmp_capabilities" }, ...commands, { execute: "quit" }];
    const common = ["-nodefaults", "-display", "none", "-S", "-monitor", "none", "-qmp", "stdio"];
    return this.run(["qemu-system-x86_64", ...common, ...args], all.map((one) => `${JSON.stringify(one)}\n`).join(""));
  }
}
