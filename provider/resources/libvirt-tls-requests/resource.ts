/**
 * `LibvirtTlsRequests`: keys for libvirt's and QEMU's certificates on each hypervisor, in a folder that only root can
 * read, and the certificate requests for an authority outside. Never touches certificates or keys that are in use.
 */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { connectionsOf, type Host, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";

/** Inputs of a {@link LibvirtTlsRequests}. */
export interface LibvirtTlsRequestsArgs {
  /** The hypervisors. Each makes its own keys, RSA of 3072 bits, which never leave it. */
  hosts: readonly Host[];
  /** `O` in the subject of each request. @default "pulumi-kvm-live" */
  organization?: Input<string>;
  /**
   * Raise it to have all keys made anew. The keys in use stay in use until a `LibvirtTlsPki` has installed certificates
   * of the new ones.
   *
   * @default 1
   */
  generation?: Input<number>;
  /** Take over keys that another stack has made by this resource. @default false */
  adopt?: Input<boolean>;
}

/** Certificate requests of one host, in PEM. */
export interface HostRequests {
  /** For libvirt's authority, with the purpose `serverAuth`. */
  libvirtServer: string;
  /** For libvirt's authority, with the purpose `clientAuth`. */
  libvirtClient: string;
  /** For QEMU's authority, with the purpose `serverAuth`. */
  qemuServer: string;
  /** For QEMU's authority, with the purpose `clientAuth`. */
  qemuClient: string;
}

/**
 * What an authority of your own signs: give its certificates to a `LibvirtTlsPki` as `certificates`, and the authority as
 * `externalAuthority`.
 *
 * libvirt's and QEMU's requests go to two authorities, which may be intermediate ones of the same root. A request has the
 * subject `O=organization, OU=pulumi-kvm-live libvirt` or `pulumi-kvm-live QEMU`, `CN=` the host's address; that of a
 * server is for the address. A signer may choose another subject and more names. The text stays the same as long as key
 * and subject do.
 *
 * @drift keys and requests that are missing, wrong or of an earlier generation, and what is left on a host that is no longer one
 * of `hosts`. The next `pulumi up` makes them
 * @example
 * const requests = new LibvirtTlsRequests("requests", { hosts: [hvA, hvB] });
 * const csr = requests.requests.apply((all) => all["hv-a"].libvirtServer);
 * @see https://libvirt.org/kbase/tlscerts.html
 */
export class LibvirtTlsRequests extends ManagedResource {
  /** Requests by the names of the hosts. */
  declare readonly requests: Output<Record<string, HostRequests>>;

  constructor(name: string, { hosts, ...rest }: LibvirtTlsRequestsArgs, options?: CustomResourceOptions) {
    const inputs = { requests: undefined, ...rest, hosts: connectionsOf(hosts) };
    const secrets = hosts.flatMap((host) => secretsOf(host, "hosts"));
    super("LibvirtTlsRequests", name, inputs, dependingOn(hosts, options), secrets);
  }
}
