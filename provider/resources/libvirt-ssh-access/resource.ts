/**
 * `LibvirtSshAccess`: lets libvirt on each of several hypervisors reach the others by ssh as root: a key of root's, a line
 * in authorized_keys and lines in known_hosts. Never touches a key that was there, nor anybody else's lines.
 */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { connectionsOf, type Host, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";

/** Inputs of a {@link LibvirtSshAccess}. */
export interface LibvirtSshAccessArgs {
  /**
   * The hypervisors, two or more. Each reaches the others by their `address` and `port`. Where an address is an IP
   * address, a login from there is accepted from nowhere else.
   */
  hosts: readonly Host[];
  /** The account on the destination, whose libvirt is the system's. @default "root", the only one */
  user?: Input<"root">;
}

/**
 * Makes migrations from peer to peer over `qemu+ssh://root@ADDRESS/system` possible, between any two of the hosts.
 *
 * Whoever is root on one of `hosts` is root on all of them.
 *
 * @drift a key, a line of authorized_keys or of known_hosts that is missing, a line of ours that no longer belongs there, a login
 * from one host to another that fails, and what is left on a host that is no longer one of `hosts`. The next `pulumi up`
 * puts it right
 * @example
 * new LibvirtSshAccess("ssh", { hosts: [hvA, hvB] });
 */
export class LibvirtSshAccess extends ManagedResource {
  /** Id of its lines and keys on the hosts: their comment is `pulumi-kvm-live:` and this. */
  declare readonly accessId: Output<string>;
  /** Fingerprint of root's key on each host, by its name: `SHA256:…`. */
  declare readonly keys: Output<Record<string, string>>;

  constructor(name: string, { hosts, ...rest }: LibvirtSshAccessArgs, options?: CustomResourceOptions) {
    const inputs = { ...rest, hosts: connectionsOf(hosts) };
    const outputs = { accessId: undefined, keys: undefined };
    const secrets = hosts.flatMap((host) => secretsOf(host, "hosts"));
    super("LibvirtSshAccess", name, { ...outputs, ...inputs }, dependingOn(hosts, options), secrets);
  }
}
