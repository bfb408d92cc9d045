/** `CpuBaseline`: the richest CPU that all of several hosts can give a guest. Owns nothing on them. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { connectionsOf, type Host, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";
import type { HypervisorVersions } from "./definition";

/** Inputs of a {@link CpuBaseline}. */
export interface CpuBaselineArgs {
  /** The hosts that the CPU is for: the candidates of the guests that are to have it. All of them have to answer. */
  hosts: readonly Host[];
  /**
   * Type of the guests, as in `<domain type="…">`: `kvm`, or `qemu` without hardware virtualization, whose CPU depends on
   * QEMU's version alone.
   *
   * @default "kvm"
   */
  type?: Input<"kvm" | "qemu">;
  /** Architecture of the guests, in libvirt's words. Not every one has a baseline in libvirt. @default "x86_64" */
  arch?: Input<string>;
  /** Machine type of the guests, which all hosts have. @default what each host's libvirt chooses */
  machine?: Input<string>;
  /** Path of the emulator, the same on all hosts. @default what each host's libvirt chooses */
  emulator?: Input<string>;
}

/**
 * The richest CPU that libvirt says all hosts can give a guest, without features that cannot move
 * (`virsh hypervisor-cpu-baseline --migratable`), for `cpu` of a `Domain`.
 *
 * The host with the oldest libvirt computes it, and every other host is asked whether it has it. A refresh asks anew: a
 * feature that a host lacks by now, or that all have, is a drift that names it, and the next `pulumi up` gives the new CPU to the
 * guests' definitions. A guest that runs keeps its CPU until its next start. What is the same in other words stays as it
 * was. When a host does not answer, that is an error, and the CPU in the state stays.
 *
 * @drift a feature that a host lacks by now, or that all have, by its name, and a host with another libvirt or QEMU. The next
 * `pulumi up` takes the new CPU; a guest that runs gets it at its next start
 * @throws when a host does not answer, when libvirt there has no CPU for guests of this type, and when the hosts have
 * nothing in common, e.g. CPUs of different vendors
 * @example
 * const cpu = new CpuBaseline("cpu", { hosts: [hvA, hvB, hvC] });
 * const guest = new Domain("web", { xml: readFileSync("web.xml", "utf8"), cpu: cpu.cpu });
 * @see https://libvirt.org/manpages/virsh.html#hypervisor-cpu-baseline
 */
export class CpuBaseline extends ManagedResource {
  /** The CPU, as a `<cpu>` element. @see https://libvirt.org/formatdomain.html#cpu-model-and-topology */
  declare readonly cpu: Output<string>;
  /** Name of its model, e.g. `Skylake-Server`. */
  declare readonly model: Output<string>;
  /** Vendor of the CPU, e.g. `Intel`; empty when it is for any. */
  declare readonly vendor: Output<string>;
  /** Features that it has beyond its model. */
  declare readonly requiredFeatures: Output<string[]>;
  /** Features of its model that it does not have. */
  declare readonly disabledFeatures: Output<string[]>;
  /** All of its features, those of its model too. */
  declare readonly features: Output<string[]>;
  /** Versions of libvirt and QEMU that it was made for, by the names of the hosts. */
  declare readonly versions: Output<Record<string, HypervisorVersions>>;

  constructor(name: string, { hosts, ...args }: CpuBaselineArgs, options?: CustomResourceOptions) {
    const inputs = { ...outputs, ...args, hosts: connectionsOf(hosts) };
    const secrets = hosts.flatMap((host) => secretsOf(host, "hosts"));
    super("CpuBaseline", name, inputs, dependingOn(hosts, options), secrets);
  }
}

/** Pulumi makes an output of each key that it is given, and only of those. */
const outputs = {
  cpu: undefined,
  model: undefined,
  vendor: undefined,
  requiredFeatures: undefined,
  disabledFeatures: undefined,
  features: undefined,
  versions: undefined,
};
