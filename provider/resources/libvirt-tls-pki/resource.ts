/**
 * `LibvirtTlsPki`: a private certificate authority or one outside, a server and a client certificate for each hypervisor where libvirt
 * and QEMU look for them, and libvirt's daemons set up to listen. Never touches certificates that it has not made, unless told to.
 */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { connectionsOf, type Host, namedConnection, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";
import type { LibvirtdArgs } from "./libvirtd-args";
import type { DaemonState } from "./state";

/** Certificates of one host, in PEM; certificates of intermediate authorities may follow each. */
export interface HostCertificatesArgs {
  /** For the address of the host, with the purpose `serverAuth`. */
  libvirtServer: Input<string>;
  /** With the purpose `clientAuth`. Its subject is the name by which libvirtd on the others lets the host in. */
  libvirtClient: Input<string>;
  /** For the address of the host, with the purpose `serverAuth`. */
  qemuServer: Input<string>;
  /** With the purpose `clientAuth`. */
  qemuClient: Input<string>;
}

/** One authority outside, and what it has revoked. */
export interface ServiceAuthorityArgs {
  /**
   * What signs the hosts' certificates, in PEM: one certificate or more, up to 16. All that these sign is taken, so give
   * the intermediate authority that signs, and not its root.
   */
  certificates: Input<string>;
  /**
   * Its revocation lists, in PEM (X509 CRL), up to 100000 characters. New ones are loaded without a restart; a list whose
   * next update is due is refused.
   *
   * @default none
   */
  revocationList?: Input<string>;
}

/** Two authorities: QEMU reads its keys without privileges, and who has one must not be able to speak to libvirtd. */
export interface ExternalAuthorityArgs {
  /** Who signs for libvirt. Its clients are root on the hosts. */
  libvirt: Input<ServiceAuthorityArgs>;
  /** Who signs for QEMU. Its clients can send guests to the hosts. */
  qemu: Input<ServiceAuthorityArgs>;
}

/** Inputs of a {@link LibvirtTlsPki}. */
export interface LibvirtTlsPkiArgs {
  /**
   * Where the authority's key is made and stays; one of `hosts` or another machine. Either this or `externalAuthority`;
   * a change from one to the other refuses no certificate meanwhile, and restarts libvirtd once.
   */
  authority?: Host;
  /**
   * Authorities that sign elsewhere, one for libvirt and one for QEMU, with `certificates`. Each should sign for these
   * hosts only: whoever has a certificate of QEMU's can send guests to them.
   *
   * @see https://libvirt.org/kbase/tlscerts.html
   */
  externalAuthority?: Input<ExternalAuthorityArgs>;
  /**
   * Certificates that `externalAuthority` has signed, by the names of the hosts: of the `requests` of a
   * `LibvirtTlsRequests`. They are installed without a restart. Those that are wrong, ended or revoked are refused; those
   * that end within `renewBeforeDays` are warned of, and new ones have to be given.
   */
  certificates?: Input<Record<string, Input<HostCertificatesArgs>>>;
  /** The hypervisors. Each makes its own keys, which never leave it. */
  hosts: readonly Host[];
  /** In every certificate's name. @default "pulumi-kvm-live" */
  organization?: Input<string>;
  /** For how long a certificate is good. @default 825 */
  validityDays?: Input<number>;
  /** For how long the authority's certificate is good. @default 3650 */
  authorityValidityDays?: Input<number>;
  /**
   * Raise it to have both authorities made anew, with new keys, e.g. when a key may have been read by others. While the
   * hosts get their new certificates the old ones count as well, and none of them afterwards.
   *
   * @default 1
   */
  authorityGeneration?: Input<number>;
  /** From when on `pulumi up` renews a certificate; a refresh shows it as drift. @default 30 */
  renewBeforeDays?: Input<number>;
  /** The only kind that every libvirt takes. @default "RSA 3072" */
  keyType?: Input<"RSA 3072">;
  /**
   * Patterns with `*` and `?` of client certificates that libvirtd lets in beside those of `hosts`, which it lets in by
   * their exact names: e.g. `O=Example,OU=admins,CN=*`. A comma within a name has a backslash before it, as GnuTLS spells
   * it: `O=Example\\, Inc,CN=*` in TypeScript. Its clients are root. libvirt's `tls_allowed_dn_list`.
   *
   * @default nobody else
   */
  allowedDns?: Input<Input<string>[]>;
  /** Settings of libvirt's daemons on all hosts. @default TLS on port 16514, and otherwise what each host has */
  libvirtd?: Input<LibvirtdArgs>;
  /**
   * Take over hosts that another stack has set up, as they are. Certificates of others give way to the resource's own: they
   * are kept beside, and put back at removal. The preview tells which.
   *
   * @default false
   * @see docs/adoption.md
   */
  adopt?: Input<boolean>;
}

/**
 * Lets hypervisors talk to each other, and QEMU send guests, encrypted and authenticated in both directions.
 *
 * libvirt and QEMU have an authority and keys each. A host that holds a client key of libvirt's is root on all `hosts`; one
 * that holds a key of QEMU's can send guests to them. A host that leaves is let in nowhere any more: libvirtd knows the
 * others by their names, and QEMU's authority is made anew.
 *
 * @drift certificates that are missing, changed, by another authority or due for renewal, settings and sockets that differ,
 * handshakes between hosts that fail, and what is left on a host that is no longer one of `hosts`. The next `pulumi up`
 * puts it right
 * @example
 * new LibvirtTlsPki("pki", { authority: hvA, hosts: [hvA, hvB] });
 * @example
 * new LibvirtTlsPki("pki", { authority: vault, hosts: [hvA, hvB], organization: "Example", allowedDns: ["O=Example,OU=admins,CN=*"] });
 * @example
 * const { requests } = new LibvirtTlsRequests("requests", { hosts: [hvA, hvB] });
 * new LibvirtTlsPki("pki", { hosts: [hvA, hvB], externalAuthority: { libvirt, qemu }, certificates: requests.apply(signAll) });
 */
export class LibvirtTlsPki extends ManagedResource {
  /** SHA-256 of the certificate of libvirt's authority. */
  declare readonly caFingerprint: Output<string>;
  /** SHA-256 of the certificate of QEMU's authority. */
  declare readonly qemuCaFingerprint: Output<string>;
  /** Certificates and listening sockets of each host, by its name. */
  declare readonly daemons: Output<Record<string, DaemonState>>;
  /** Certificates and lists of an `externalAuthority` that end soon, in words; undefined when none does. */
  declare readonly ending: Output<string[] | undefined>;

  constructor(name: string, { authority, hosts, ...rest }: LibvirtTlsPkiArgs, options?: CustomResourceOptions) {
    const own = authority ? [authority] : [];
    const inputs = {
      ...rest,
      ...(authority && { authority: namedConnection(authority) }),
      hosts: connectionsOf(hosts),
    };
    const outputs = { caFingerprint: undefined, qemuCaFingerprint: undefined, daemons: undefined, ending: undefined };
    const all = dependingOn([...own, ...hosts], options);
    const secrets = [
      ...own.flatMap((host) => secretsOf(host, "authority")),
      ...hosts.flatMap((host) => secretsOf(host, "hosts")),
    ];
    super("LibvirtTlsPki", name, { ...outputs, ...inputs }, all, secrets);
  }
}
