/** A lab guest under the provider's control, for tests that move it. */
import { buildGuest, type GuestOptions } from "../../lab/guest/build";
import { domainXml, type GuestDomain, imagePath, serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { domain } from "../../provider/resources/domain/definition";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { type HarnessOf, ResourceHarness } from "./resource-harness";
import { connectionsTo, expectOnlyOn, expectUnbroken, imageFolder, runningLab } from "./support";

type Placement = HarnessOf<typeof domainPlacement>;
type Inputs = Parameters<Placement["up"]>[0];
type Options = NonNullable<Inputs["migration"]>;

export class PlacedGuest {
  readonly guest: GuestDomain;
  protected readonly blockingDevices: "fail" | "keep" = "fail";
  readonly placement: Placement;
  private readonly definitions: HarnessOf<typeof domain>;

  constructor(
    name: string,
    private readonly what: GuestOptions,
    guest: Partial<GuestDomain> = {},
    /** Its candidates. */
    readonly hosts: readonly LabHost[] = [runningLab().hvA, runningLab().hvB],
  ) {
    this.guest = { name, folder: imageFolder, memoryMiB: 32, ...guest };
    this.definitions = new ResourceHarness(domain, `Domain::${name}`);
    this.placement = new ResourceHarness(domainPlacement, `DomainPlacement::${name}`);
  }

  /** A fresh image on the share, and no counter yet. */
  async furnish(): Promise<void> {
    const { nas } = runningLab();
    await this.furnishOn(nas);
    await nas.exec(["rm", "-f", serialLogPath(this.guest)]);
  }

  /** A fresh image on one host. */
  async furnishOn(host: LabHost): Promise<void> {
    const image = imagePath(this.guest);
    await host.upload(await this.image(), image);
    if (this.guest.unlocked)
      await host.script('qemu-img convert -f qcow2 -O raw "$1" "$1.raw" && mv "$1.raw" "$1" && chmod 666 "$1"', image);
  }

  /** Path of the image on this machine. */
  image(): Promise<string> {
    return buildGuest(this.what);
  }

  async up(host: string, migration: Options = {}, changes: Partial<Inputs> = {}): Promise<string> {
    this.placement.told.length = 0;
    return this.placement.up(await this.inputs(host, migration, changes));
  }

  async inputs(host: string, migration: Options = {}, changes: Partial<Inputs> = {}): Promise<Inputs> {
    await this.definitions.up({ xml: this.xml(), blockingDevices: this.blockingDevices });
    const { uuid, name, definition } = this.definitions.outputs as Record<string, string>;
    const candidates = connectionsTo(this.hosts);
    for (const candidate of Object.values(candidates)) Object.assign(candidate, { connectTimeoutSeconds: 5 });
    return { domain: { uuid, name, definition } as Inputs["domain"], host, candidates, migration, ...changes };
  }

  protected xml(): string {
    return domainXml(this.guest);
  }

  /** @throws Error before the first `up` */
  get uuid(): string {
    return (this.definitions.outputs as unknown as { uuid: string }).uuid;
  }

  /** From where it is to the other hypervisor. */
  nextMove(): { from: "hv-a" | "hv-b"; to: "hv-a" | "hv-b" } {
    return this.placement.outputs.host === "hv-a" ? { from: "hv-a", to: "hv-b" } : { from: "hv-b", to: "hv-a" };
  }

  get told(): string {
    return this.placement.told.join("\n");
  }

  get lastMigration() {
    return this.placement.outputs.lastMigration;
  }

  /** It runs there and nowhere else, is defined there and nowhere else, and has never missed a number. */
  async expectOn(name: string): Promise<void> {
    await this.expectRunningOn(name);
    await expectUnbroken(this.guest);
  }

  /** The same without its counter, for one whose log is on no share. */
  async expectRunningOn(name: string): Promise<void> {
    await expectOnlyOn(runningLab().lab.host(name), this.guest.name, "running", this.hosts);
    expect(this.placement.outputs.host).toBe(name);
  }
}

/** What somebody reads who runs into this error. */
export const messageOf = (failing: Promise<unknown>): Promise<string> =>
  failing.then(
    () => "it did not fail",
    (error: Error) => error.message,
  );
