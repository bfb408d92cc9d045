/** `Domain`: a virtual machine's definition, in a form that can move live. On no host: DomainPlacement puts it on one. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { DeviceKind } from "../../libvirt/definition/blocking-devices";
import { derivedFrom, ManagedResource } from "../shared/managed-resource";

/** Inputs of a {@link Domain}. */
export interface DomainArgs {
  /**
   * The definition: written by hand, or the output of `virsh dumpxml`, also of a running guest. Without a `<uuid>` it
   * gets one that stays the same; an interface without a `<mac>` likewise.
   *
   * @see https://libvirt.org/formatdomain.html
   */
  xml: Input<string>;
  /**
   * A `<cpu>` element, usually the `cpu` of a `CpuBaseline`. It takes the place of the definition's own; the `<topology>`,
   * `<cache>` and `<numa>` of that stay. A guest that runs has it from its next start on.
   *
   * @default the `<cpu>` of `xml`, if it has one
   * @see https://libvirt.org/formatdomain.html#cpu-model-and-topology
   */
  cpu?: Input<string>;
  /**
   * What becomes of devices and features that keep a guest from moving live, such as virtiofs, a host's PCI device or a
   * `<transient/>` disk. `fail` names them all. `remove` leaves them out. `keep` is for a guest that is never to move: a
   * move is refused in its preview. A list leaves out what it names, of those kinds and of `cdrom`, `floppy` and `usb`
   * (everything on USB), which do move; whatever else cannot move is refused. docs/devices.md has the kinds.
   *
   * @default "fail"
   * @see docs/devices.md
   */
  blockingDevices?: Input<
    | "fail"
    | "keep"
    | "remove"
    | {
        /** Kinds of devices to leave out. */
        remove: Input<Input<DeviceKind>[]>;
      }
  >;
}

/**
 * A definition, canonicalised: the same text for the same machine, whatever the layout of its XML.
 *
 * @drift none: it is on no host. What became of a definition on a host is a drift of its DomainPlacement
 * @example
 * const guest = new Domain("web", { xml: readFileSync("web.xml", "utf8"), blockingDevices: { remove: ["cdrom"] } });
 */
export class Domain extends ManagedResource {
  /** UUID by which libvirt and the provider know the guest on every host. */
  declare readonly uuid: Output<string>;
  /** Name of the guest in libvirt: the definition's `<name>`. */
  declare readonly name: Output<string>;
  /** The canonical XML. */
  declare readonly definition: Output<string>;
  /** Devices that were left out, in words. */
  declare readonly removedDevices: Output<string[]>;

  constructor(name: string, args: DomainArgs, options?: CustomResourceOptions) {
    const outputs = {
      uuid: undefined,
      name: undefined,
      definition: derivedFrom(args.xml, args.cpu),
      removedDevices: undefined,
    };
    super("Domain", name, { ...outputs, ...args }, options);
  }
}
