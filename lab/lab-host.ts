import { join } from "node:path";
import { retryUntil } from "../provider/util/policy";
import type { HostSpec } from "./hosts";
import { cutAdminNetwork, healAdminNetwork, isAdminNetworkCut } from "./machine/admin-network";
import { writeFirstBootArchive } from "./machine/first-boot";
import { createTap, isPlugged, liftRate, limitRate, plugCable, pullCable } from "./machine/network";
import { forgetConnection, overSsh, scpTo } from "./machine/ssh";
import { consoleTail, hasDisk, type Machine, powerOff, powerOn, renewDisk, runningPid } from "./machine/uml";
import { labFolder, namespacePath } from "./paths";
import { type RunOptions, type RunResult, run, runAnyway } from "./process";

/** One host of a lab: a whole Linux with its own kernel. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  private readonly machine: Machine;

  /** @param lab name of the lab it belongs to */
  constructor(
    private readonly lab: string,
    readonly spec: HostSpec,
    cpu: number,
  ) {
    this.name = spec.name;
    this.address = spec.address;
    this.machine = { spec, folder: join(labFolder(lab), spec.name), namespace: namespacePath(lab), cpu };
  }

  /** Runs a command as root; each argument arrives as it is. @throws CommandFailed on an exit code other than 0 */
  exec(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    return run(overSsh(this.lab, this.name, argv), options);
  }

  /** Like {@link exec}, but any exit code is an answer. */
  tryExec(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    return runAnyway(overSsh(this.lab, this.name, argv), options);
  }

  /** Runs a few lines of POSIX shell as root, `set -e`. For set-up in tests; values go in as `$1`, `$2` … */
  script(text: string, ...values: string[]): Promise<RunResult> {
    return this.exec(["sh", "-ec", text, "sh", ...values]);
  }

  /** Copies a file of this machine to the host. */
  async upload(file: string, path: string): Promise<void> {
    await run(scpTo(this.lab, this.name, file, path));
  }

  get isRunning(): boolean {
    return runningPid(this.machine) !== undefined;
  }

  /** CPU of this machine that the host is pinned to. */
  get cpu(): number {
    return this.machine.cpu;
  }

  /** Pid of its User-Mode Linux kernel on this machine; undefined when it is off. */
  get pid(): number | undefined {
    return runningPid(this.machine);
  }

  /** Boots it on a fresh disk, a copy of `image`; does not wait for it. */
  async create(image: string): Promise<void> {
    await this.kill();
    renewDisk(this.machine, image);
    await createTap(this.lab, this.spec);
    await this.healAdmin();
    await writeFirstBootArchive(this.machine);
    powerOn(this.machine);
  }

  /**
   * Boots it again on its own disk, as after a power cut, and waits until it is ready; running already is fine.
   * Faults of its network stay. While it is cut off it cannot be asked whether it is ready, so this returns at once.
   *
   * @throws Error when `up` has not made it yet
   */
  async start(): Promise<void> {
    if (!hasDisk(this.machine))
      throw new Error(`${this.name} has no disk yet: make the lab with \`npm run lab -- up\`.`);
    if (!this.isRunning) powerOn(this.machine);
    if (!(await this.isPartitioned()) && !(await this.isAdminCut())) await this.waitUntilReady();
  }

  /** Cuts its power; off already is fine. */
  async kill(): Promise<void> {
    await forgetConnection(this.lab, this.name);
    await powerOff(this.machine);
  }

  /** Pulls its network cable; everything in it keeps running. */
  async partition(): Promise<void> {
    await forgetConnection(this.lab, this.name);
    await pullCable(this.lab, this.spec);
  }

  /** Puts the cable back. */
  heal(): Promise<void> {
    return plugCable(this.lab, this.spec);
  }

  isPartitioned(): Promise<boolean> {
    return isPlugged(this.lab, this.spec).then((plugged) => !plugged);
  }

  /** Drops packets between it and this machine; the other hosts reach it as before. Cut already is fine. */
  async cutAdmin(): Promise<void> {
    await forgetConnection(this.lab, this.name);
    await cutAdminNetwork(this.lab, this.spec);
  }

  /** Undoes {@link cutAdmin}; not cut is fine. */
  healAdmin(): Promise<void> {
    return healAdminNetwork(this.lab, this.spec);
  }

  isAdminCut(): Promise<boolean> {
    return isAdminNetworkCut(this.lab, this.spec);
  }

  /** Limits its bandwidth in both directions. @param rate in tc's units, e.g. `10mbit` */
  slow(rate: string): Promise<void> {
    return limitRate(this.lab, this.spec, rate);
  }

  /** Lifts the limit. */
  fast(): Promise<void> {
    return liftRate(this.lab, this.spec);
  }

  /** @throws Error with the end of its console when it dies, or is not ready in time */
  async waitUntilReady(timeoutMs = 300_000): Promise<void> {
    const died = new AbortController();
    const probe = async () => {
      if (!this.isRunning) died.abort();
      // Failing units make "degraded": reachable, and `status` names them.
      const { stdout, stderr } = await this.tryExec(["systemctl", "is-system-running", "--wait"], {
        timeoutMs: 120_000,
      });
      if (!/^(running|degraded)$/m.test(stdout)) throw new Error(stderr.trim() || stdout.trim() || "no answer");
    };
    try {
      await retryUntil(probe, { everyMs: 300, timeoutMs, signal: died.signal });
    } catch (error) {
      const what = died.signal.aborted
        ? "is off"
        : `is not ready after ${timeoutMs / 1000} s (${(error as Error).message})`;
      throw new Error(`${this.name} ${what}. The end of its console:\n${consoleTail(this.machine)}`);
    }
  }
}
