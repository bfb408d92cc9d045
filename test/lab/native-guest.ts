/** A lab guest that QEMU runs and moves by itself, for tests that need no libvirt. */
import { counterOf } from "../../lab/by-hand/guest";
import { buildGuest, type GuestOptions } from "../../lab/guest/build";
import { imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { qemuGuest } from "../../provider/resources/qemu-guest/definition";
import { retryUntil } from "../../provider/util/policy";
import { type HarnessOf, ResourceHarness } from "./resource-harness";
import { connectionsTo, expectUnbroken, imageFolder, runningLab, waitDuring } from "./support";

type Guest = HarnessOf<typeof qemuGuest>;
type Inputs = Parameters<Guest["up"]>[0];

export class NativeGuest {
  /** Of its image, by number, and so whom QEMU becomes. */
  readonly owner = "64099";
  readonly guest;
  readonly driver: Guest;
  /** It outlives the state. */
  private knownUuid = "";

  constructor(
    readonly name: string,
    private readonly what: GuestOptions,
    private readonly hosts: readonly LabHost[] = [runningLab().hvA, runningLab().hvB],
    private readonly always: Partial<Inputs> = {},
  ) {
    this.guest = { name, folder: imageFolder, memoryMiB: 64 };
    this.driver = new ResourceHarness(qemuGuest, `QemuGuest::${name}`);
  }

  /** A fresh image on the share, and no counter yet. */
  async furnish(): Promise<void> {
    const { nas } = runningLab();
    await nas.upload(await buildGuest(this.what), imagePath(this.guest));
    await nas.script('chown "$3:$3" "$1"; rm -f "$2"', imagePath(this.guest), serialLogPath(this.guest), this.owner);
  }

  inputs(host: string, changes: Partial<Inputs> = {}): Inputs {
    const candidates = connectionsTo(this.hosts);
    for (const candidate of Object.values(candidates)) Object.assign(candidate, { connectTimeoutSeconds: 5 });
    return {
      ...{ host, candidates, name: this.name, memoryMiB: 64, machine: "pc-i440fx-7.2", accel: "tcg" as const },
      ...{ drives: [{ file: imagePath(this.guest) }], serial: { file: serialLogPath(this.guest) } },
      ...this.always,
      ...changes,
    };
  }

  up(host: string, changes: Partial<Inputs> = {}): Promise<string> {
    this.driver.told.length = 0;
    return this.driver.up(this.inputs(host, changes));
  }

  /** The same guest in a stack of its own. */
  asSomebodyElse(): NativeGuest {
    const other = new NativeGuest(this.name, this.what, this.hosts, { ...this.always, uuid: this.uuid });
    return other;
  }

  get told(): string {
    return this.driver.told.join("\n");
  }

  get uuid(): string {
    if (this.driver.exists) this.knownUuid = String(this.driver.outputs.uuid);
    return this.knownUuid;
  }

  get unit(): string {
    return `pulumi-kvm-live-${this.uuid}.service`;
  }

  get lastMigration() {
    return this.driver.outputs.lastMigration;
  }

  /** From where it is to the other one. */
  nextMove(): { from: LabHost; to: LabHost } {
    const [a, b] = this.hosts as [LabHost, LabHost];
    return this.driver.outputs.host === a.name ? { from: a, to: b } : { from: b, to: a };
  }

  /** QEMU processes of it on each host, and units; nobody of the provider is asked. */
  async processes(uuid = this.uuid): Promise<Record<string, number>> {
    const count = async (host: LabHost) =>
      [host.name, Number((await host.script('pgrep -c -f -- "[-]uuid $1" || true', uuid)).stdout)] as const;
    return Object.fromEntries(await Promise.all(this.hosts.map(count)));
  }

  /** One QEMU of it runs, there; no other host has a unit or a socket of it; it has never missed a number. */
  async expectOn(name: string): Promise<void> {
    await this.expectProcessOn(name);
    await expectUnbroken(this.guest);
    expect(this.driver.outputs.host).toBe(name);
  }

  async expectProcessOn(name: string | undefined): Promise<void> {
    expect(await this.processes()).toEqual(
      Object.fromEntries(this.hosts.map((host) => [host.name, host.name === name ? 1 : 0])),
    );
    for (const host of this.hosts.filter((one) => one.name !== name)) await this.expectNothingLeftOn(host);
  }

  async expectNothingLeftOn(host: LabHost): Promise<void> {
    const left = `systemctl list-units --all --no-legend "$1"; ls -d "/run/pulumi-kvm-live/qemu/$2" 2> /dev/null || true`;
    expect((await host.script(left, this.unit, this.uuid)).stdout).toBe("");
  }

  /** How far it has counted. */
  async count(): Promise<number> {
    return (await counterOf(runningLab().nas, this.guest)).numbers.length;
  }

  /** Until something has been told, e.g. that some of its memory is sent. @throws what `running` throws before */
  untilTold(pattern: RegExp, running: Promise<unknown>): Promise<void> {
    return waitDuring(running, () => expect(this.told).toMatch(pattern));
  }

  /** Until a refresh finds it in this state. */
  async untilState(state: string): Promise<void> {
    const is = async () => {
      await this.driver.refresh();
      expect(this.driver.outputs.state).toBe(state);
    };
    await retryUntil(is, { everyMs: 500, timeoutMs: 60_000 });
  }

  private async process(host: LabHost): Promise<{ pid: string; argv: string[] }> {
    const ask = ["systemctl", "show", "--property=MainPID", "--value", this.unit];
    const pid = (await host.exec(ask)).stdout.trim();
    return { pid, argv: (await host.exec(["cat", `/proc/${pid}/cmdline`])).stdout.split("\0").slice(0, -1) };
  }

  /**
   * Ends it, and starts it there with other words, as an operator could.
   *
   * @param isEarlier as versions before 0.2 did, with the words in the unit's environment
   */
  async startByHand(host: LabHost, change: (word: string) => string, isEarlier = false): Promise<void> {
    const argv = (await this.process(host)).argv.map(change);
    const encoded = Buffer.from(JSON.stringify(argv)).toString("base64url");
    const properties = ["Type=exec", "RemainAfterExit=yes", `RuntimeDirectory=pulumi-kvm-live/qemu/${this.uuid}`];
    await host.exec(["systemctl", "stop", this.unit]);
    await host.exec([
      "systemd-run",
      "--quiet",
      `--unit=${this.unit}`,
      ...properties.map((property) => `--property=${property}`),
      ...(isEarlier ? [`--setenv=PULUMI_KVM_LIVE_ARGV=${encoded}`] : []),
      "--",
      ...argv,
    ]);
  }

  /** Its process shows another word of the same length from now on, as one that has been taken over can. */
  async forgeArgument(host: LabHost, word: string, other: string): Promise<void> {
    const { pid, argv } = await this.process(host);
    const offset = argv.slice(0, argv.indexOf(word)).join("\0").length + 1;
    await host.script(
      `start=$(awk '{ print $48 }' "/proc/$1/stat")
       printf %s "$3" | dd of="/proc/$1/mem" bs=1 seek=$((start + $2)) conv=notrunc status=none`,
      ...[pid, String(offset), other],
    );
    expect((await this.process(host)).argv).toContain(other);
  }

  /** Takes it away wherever it is. */
  async remove(): Promise<void> {
    if (this.uuid === "") return;
    const stop = 'systemctl stop "$1" 2> /dev/null; systemctl reset-failed "$1" 2> /dev/null || true';
    await Promise.all(this.hosts.map((host) => host.tryExec(["sh", "-c", stop, "sh", this.unit])));
  }
}
