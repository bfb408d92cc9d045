/** Input `libvirtd` of `LibvirtTlsPki`. */
import type { Input } from "@pulumi/pulumi";

/**
 * How libvirt's daemons are set up; each field is the key of libvirtd.conf, and what is not given stays as the host has it.
 * On hosts with modular daemons virtproxyd gets all of them, and virtqemud those that are not about the network. A daemon
 * that does not start with them gets its earlier settings back, and the error says what it said.
 *
 * @see https://libvirt.org/daemons.html
 */
export interface LibvirtdArgs {
  /** Accept TLS connections. @default true */
  listenTls?: Input<boolean>;
  /** Accept TCP connections, which only SASL encrypts (`authTcp`). @default false */
  listenTcp?: Input<boolean>;
  /** TCP port for TLS connections. @default 16514 */
  tlsPort?: Input<number>;
  /** TCP port for connections without TLS. @default 16509 */
  tcpPort?: Input<number>;
  /** Listen on IPv4 alone (`0.0.0.0`), or wherever the kernel lets `::` listen. @default the distribution's: both */
  listenAddr?: Input<"0.0.0.0" | "::">;
  /** Group of libvirt's local sockets. @default the distribution's */
  unixSockGroup?: Input<string>;
  /** Octal permissions of the read-only local socket, e.g. `"0777"`. @default the distribution's */
  unixSockRoPerms?: Input<string>;
  /** Octal permissions of the read-write local socket, e.g. `"0770"`. @default the distribution's */
  unixSockRwPerms?: Input<string>;
  /** Octal permissions of virt-admin's local socket. @default the distribution's: `"0600"` */
  unixSockAdminPerms?: Input<string>;
  /** Who may use the read-only local socket. @default the distribution's */
  authUnixRo?: Input<"none" | "polkit" | "sasl">;
  /** Who may use the read-write local socket. `none` makes whoever can open the socket root on the host. @default the distribution's */
  authUnixRw?: Input<"none" | "polkit" | "sasl">;
  /**
   * Who may connect over TCP. `none` makes whoever can reach the port root on the host. With `sasl` the mechanisms and users are those of
   * /etc/sasl2/libvirt.conf on each host, which are yours to make.
   *
   * @default libvirt's: `sasl`
   */
  authTcp?: Input<"none" | "sasl">;
  /** Who may connect over TLS, beside the client's certificate, which is always asked for. @default libvirt's: `none` */
  authTls?: Input<"none" | "sasl">;
  /** Least strength of SASL's encryption over TCP, in bits: 112 or more. @default libvirt's: 56 */
  tcpMinSsf?: Input<number>;
  /** Who is asked about each call: `polkit`, or `nop` for nobody. @default libvirt's: `["nop"]` */
  accessDrivers?: Input<Input<"polkit" | "nop">[]>;
  /** Start without a look at the daemon's own certificate. @default libvirt's: false */
  tlsNoSanityCertificate?: Input<boolean>;
  /** Ciphers and versions of TLS, as GnuTLS's priority string, e.g. `"@LIBVIRT,SYSTEM"`. @default the distribution's @see https://gnutls.org/manual/html_node/Priority-Strings.html */
  tlsPriority?: Input<string>;
  /** Patterns with `*` and `?` of SASL's users that are let in. @default libvirt's: all */
  saslAllowedUsernameList?: Input<Input<string>[]>;
  /** Most clients at a time. @default libvirt's: 5000 */
  maxClients?: Input<number>;
  /** Most clients that wait to be accepted. @default libvirt's: 1000 */
  maxQueuedClients?: Input<number>;
  /** Most clients that are accepted and have not said who they are; 0 for no limit. @default libvirt's: 20 */
  maxAnonymousClients?: Input<number>;
  /** Threads for calls, at first. @default libvirt's: 5 */
  minWorkers?: Input<number>;
  /** Most threads for calls. @default libvirt's: 20 */
  maxWorkers?: Input<number>;
  /** Threads for calls that may not wait, such as the end of a guest. @default libvirt's: 5 */
  prioWorkers?: Input<number>;
  /** Most calls of one client at a time. @default libvirt's: 5 */
  maxClientRequests?: Input<number>;
  /** As `minWorkers`, for virt-admin. @default libvirt's: 5 */
  adminMinWorkers?: Input<number>;
  /** As `maxWorkers`, for virt-admin. @default libvirt's: 20 */
  adminMaxWorkers?: Input<number>;
  /** As `maxClients`, for virt-admin. @default libvirt's: 5000 */
  adminMaxClients?: Input<number>;
  /** As `maxQueuedClients`, for virt-admin. @default libvirt's: 20 */
  adminMaxQueuedClients?: Input<number>;
  /** As `maxClientRequests`, for virt-admin. @default libvirt's: 5 */
  adminMaxClientRequests?: Input<number>;
  /** What is logged, from 1 (all) to 4 (errors). @default libvirt's: 3 */
  logLevel?: Input<number>;
  /** Levels of parts of libvirt, e.g. `"1:qemu 3:remote"`. @see https://libvirt.org/logging.html @default libvirt's: none */
  logFilters?: Input<string>;
  /** Where logs go, e.g. `"3:journald"`. @see https://libvirt.org/logging.html @default libvirt's: the journal */
  logOutputs?: Input<string>;
  /** Auditing. 0: none; 1: where the host has it; 2: no start without it. @default libvirt's: 1 */
  auditLevel?: Input<number>;
  /** Log what is audited, too. @default libvirt's: false */
  auditLogging?: Input<boolean>;
  /** Where a host's UUID is from, which no two hosts may share. @default libvirt's: `smbios` */
  hostUuidSource?: Input<"smbios" | "machine-id">;
  /** Seconds of silence after which a client is asked for a sign of life; -1: never. @default libvirt's: 5 */
  keepaliveInterval?: Input<number>;
  /** How often it is asked before it is given up. @default libvirt's: 5 */
  keepaliveCount?: Input<number>;
  /** As `keepaliveInterval`, for virt-admin. @default libvirt's: 5 */
  adminKeepaliveInterval?: Input<number>;
  /** As `keepaliveCount`, for virt-admin. @default libvirt's: 5 */
  adminKeepaliveCount?: Input<number>;
  /** Seconds that a call of Open vSwitch may take. @default libvirt's: 5 */
  ovsTimeout?: Input<number>;
}
