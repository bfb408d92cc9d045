/** `Domain`: a virtual machine's definition, in a form that can move live. On no host: DomainPlacement puts it on one. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { derivedFrom, ManagedResource } from "../shared/managed-resource";

export interface DomainArgs {
  /**
   * The definition: written by hand, or the output of `virsh dumpxml`, also of a running guest. Without a `<uuid>` it
   * gets one that stays the same; an interface without a `<mac>` likewise.
   *
   * @see https://libvirt.org/formatdomain.html
   */
  xml: Input<string>;
  /**
   * What becomes of devices that belong to one host and stop a live migration: cdrom and floppy drives, USB
   * controllers and devices, host devices. `fail` names them all, `remove` leaves them out.
   *
   * @default "fail"
   */
  blockingDevices?: Input<"fail" | "remove">;
}

/**
 * A definition, canonicalised: the same text for the same machine, whatever the layout of its XML.
 *
 * @example
 * const guest = new Domain("web", { xml: readFileSync("web.xml", "utf8"), blockingDevices: "remove" });
 */
export class Domain extends ManagedResource {
  /** UUID by which libvirt and the provider know the guest on every host. */
  declare readonly uuid: Output<string>;
  declare readonly name: Output<string>;
  /** The canonical XML. */
  declare readonly definition: Output<string>;
  /** Devices that were left out, in words. */
  declare readonly removedDevices: Output<string[]>;

  constructor(name: string, args: DomainArgs, options?: CustomResourceOptions) {
    const outputs = {
      uuid: undefined,
      name: undefined,
      definition: derivedFrom(args.xml),
      removedDevices: undefined,
    };
    super("Domain", name, { ...outputs, ...args }, options);
  }
}
