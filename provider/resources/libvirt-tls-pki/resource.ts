/**
 * `LibvirtTlsPki`: a private certificate authority, a server and a client certificate for each hypervisor where libvirt
 * and QEMU look for them, and libvirtd set up to listen. Never touches certificates that it has not made, unless told to.
 */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { connectionsOf, type Host, namedConnection, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";
import type { DaemonState } from "./state";

/** How libvirtd is set up; each field is the key of libvirtd.conf. @see https://libvirt.org/daemons.html */
export interface LibvirtdArgs {
  /** Accept TLS connections. @default true */
  listenTls?: Input<boolean>;
  /** Accept unencrypted TCP connections. Insecure. @default false */
  listenTcp?: Input<boolean>;
  /** @default 16514 */
  tlsPort?: Input<number>;
  /** @default 16509 */
  tcpPort?: Input<number>;
  /** Group of libvirt's local sockets. @default the distribution's */
  unixSockGroup?: Input<string>;
  /** Octal permissions of the read-only local socket, e.g. `"0777"`. @default the distribution's */
  unixSockRoPerms?: Input<string>;
  /** Octal permissions of the read-write local socket, e.g. `"0770"`. @default the distribution's */
  unixSockRwPerms?: Input<string>;
  /** @default the distribution's */
  authUnixRo?: Input<"none" | "polkit" | "sasl">;
  /** `none` makes whoever can open the socket root on the host. @default the distribution's */
  authUnixRw?: Input<"none" | "polkit" | "sasl">;
  /** `none` makes whoever can reach the port root on the host. @default libvirt's: `sasl` */
  authTcp?: Input<"none" | "sasl">;
  /** Beside the client's certificate, which is always asked for. @default libvirt's: `none` */
  authTls?: Input<"none" | "sasl">;
}

export interface LibvirtTlsPkiArgs {
  /** Where the authority's key is made and stays; one of `hosts` or another machine. */
  authority: Host;
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
   * their exact names: e.g. `O=Example,OU=admins,CN=*`. Its clients are root. libvirt's `tls_allowed_dn_list`.
   *
   * @default nobody else
   */
  allowedDns?: Input<Input<string>[]>;
  libvirtd?: Input<LibvirtdArgs>;
  /** Take over certificates that are there already: they are kept beside, and put back at removal. @default false */
  adopt?: Input<boolean>;
}

/**
 * Lets hypervisors talk to each other, and QEMU send guests, encrypted and authenticated in both directions.
 *
 * libvirt and QEMU have an authority and keys each. A host that holds a client key of libvirt's is root on all `hosts`; one
 * that holds a key of QEMU's can send guests to them. A host that leaves is let in nowhere any more: libvirtd knows the
 * others by their names, and QEMU's authority is made anew.
 *
 * @example
 * new LibvirtTlsPki("pki", { authority: hvA, hosts: [hvA, hvB] });
 * @example
 * new LibvirtTlsPki("pki", { authority: vault, hosts: [hvA, hvB], organization: "Example", allowedDns: ["O=Example,OU=admins,CN=*"] });
 */
export class LibvirtTlsPki extends ManagedResource {
  /** SHA-256 of the certificate of libvirt's authority. */
  declare readonly caFingerprint: Output<string>;
  /** SHA-256 of the certificate of QEMU's authority. */
  declare readonly qemuCaFingerprint: Output<string>;
  /** Certificates and listening sockets of each host, by its name. */
  declare readonly daemons: Output<Record<string, DaemonState>>;

  constructor(name: string, { authority, hosts, ...rest }: LibvirtTlsPkiArgs, options?: CustomResourceOptions) {
    const inputs = { ...rest, authority: namedConnection(authority), hosts: connectionsOf(hosts) };
    const outputs = { caFingerprint: undefined, qemuCaFingerprint: undefined, daemons: undefined };
    const all = dependingOn([authority, ...hosts], options);
    const secrets = [...secretsOf(authority, "authority"), ...hosts.flatMap((host) => secretsOf(host, "hosts"))];
    super("LibvirtTlsPki", name, { ...outputs, ...inputs }, all, secrets);
  }
}
