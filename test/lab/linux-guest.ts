/** The lab's Linux guest under the provider's control, and what is asked of it through its agent. */
import { askAgent, runInGuest } from "../../lab/by-hand/guest-agent";
import { imagePath, serialLogPath } from "../../lab/guest/domain";
import { builtLinux } from "../../lab/guest/linux";
import { initramfsPath, kernelPath, type LinuxDomain, linuxDomainXml } from "../../lab/guest/linux-domain";
import type { LabHost } from "../../lab/lab-host";
import { domain } from "../../provider/resources/domain/definition";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { retryUntil } from "../../provider/util/policy";
import { type HarnessOf, ResourceHarness } from "./resource-harness";
import { connectionsTo, imageFolder, runningLab } from "./support";

type Placement = HarnessOf<typeof domainPlacement>;
type Inputs = Parameters<Placement["up"]>[0];

/** Emulated on an emulated host, it boots in a minute, and in several beside other labs. */
const bootTimeoutMs = 400_000;
const patience = { everyMs: 500, timeoutMs: 180_000 };

/** An empty disk of 16 MiB. */
export const makeDisk = (host: LabHost, path: string) =>
  host.exec(["qemu-img", "create", "-q", "-f", "qcow2", path, "16M"]);

export class LinuxGuest {
  readonly guest: LinuxDomain;
  readonly placement: Placement;
  private readonly definitions: HarnessOf<typeof domain>;

  constructor(
    readonly name: string,
    network: Pick<LinuxDomain, "bridge" | "address">,
  ) {
    this.guest = { name, folder: imageFolder, memoryMiB: 192, ...network };
    this.definitions = new ResourceHarness(domain, `Domain::${name}`);
    this.placement = new ResourceHarness(domainPlacement, `DomainPlacement::${name}`);
  }

  /** Kernel, initramfs and an empty disk on the share, and no counter yet. */
  async furnish(): Promise<void> {
    const { nas } = runningLab();
    const { kernel, initramfs } = builtLinux();
    await nas.upload(kernel, kernelPath(this.guest));
    await nas.upload(initramfs, initramfsPath(this.guest));
    await makeDisk(nas, imagePath(this.guest));
    await nas.exec(["rm", "-f", serialLogPath(this.guest)]);
  }

  async up(host: string): Promise<string> {
    const { hvA, hvB } = runningLab();
    this.placement.told.length = 0;
    await this.definitions.up({ xml: linuxDomainXml(this.guest) });
    const { uuid, name, definition } = this.definitions.outputs as Record<string, string>;
    const placed = { uuid, name, definition } as Inputs["domain"];
    return this.placement.up({ domain: placed, host, candidates: connectionsTo([hvA, hvB]) });
  }

  get told(): string {
    return this.placement.told.join("\n");
  }

  async waitForAgent(): Promise<void> {
    const ping = () => askAgent(this.host, this.name, "guest-ping");
    await retryUntil(ping, { everyMs: 1000, timeoutMs: bootTimeoutMs });
  }

  /** Runs shell text in it. @returns what it prints */
  run(text: string): Promise<string> {
    return runInGuest(this.host, this.name, text);
  }

  async uptimeSeconds(): Promise<number> {
    return Number.parseFloat(await this.run("cat /proc/uptime"));
  }

  /** Plugs a disk into the running guest; its definition stays as it is. */
  async plugDisk(image: string, device: string): Promise<void> {
    const disk = `<disk type="file" device="disk">
      <driver name="qemu" type="qcow2" cache="none"/>
      <source file="${image}"/><target dev="${device}" bus="virtio"/>
    </disk>`;
    await this.host.exec(["virsh", "attach-device", this.name, "/dev/stdin", "--live"], { input: disk });
    await retryUntil(() => this.run(`test -b /dev/${device}`), patience);
  }

  /** Asks the guest to let it go, and waits until it has done so. */
  async unplugDisk(device: string): Promise<void> {
    await this.host.exec(["virsh", "detach-disk", this.name, device, "--live"]);
    const gone = async () =>
      expect((await this.host.exec(["virsh", "domblklist", this.name])).stdout).not.toMatch(
        new RegExp(`^ ${device} `, "m"),
      );
    await retryUntil(gone, patience);
    await this.run(`test ! -e /dev/${device}`);
  }

  /** The USB tablet is found when it is looked for anew, which the guest has to talk to the device for. */
  async expectTabletWorks(): Promise<void> {
    const tablets = () => this.run("grep -c 'USB Tablet' /proc/bus/input/devices || true");
    const lookAnew =
      "cd $(dirname $(grep -l Tablet /sys/bus/usb/devices/*/product)); echo 0 > authorized; cat authorized";
    expect(await tablets()).toBe("1\n");
    await this.run(lookAnew);
    expect(await tablets()).toBe("0\n");
    await this.run(lookAnew.replace("0", "1"));
    await retryUntil(async () => expect(await tablets()).toBe("1\n"), patience);
  }

  private get host() {
    return runningLab().lab.host(this.placement.outputs.host as string);
  }
}
