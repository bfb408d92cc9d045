/** `Host`: a verified SSH connection to one machine, and facts about the machine. Owns nothing on it. */
import type { CustomResourceOptions, Input, Inputs, Output } from "@pulumi/pulumi";
import type { ConnectionArgs } from "../../host/connection-args";
import type { HostFacts } from "../../libvirt/host-facts";
import { output, secret } from "../../lifecycle/pulumi-sdk";
import { ManagedResource } from "../shared/managed-resource";

/** Inputs of a {@link Host}: the connection, as in {@link ConnectionArgs}, and limits of migrations. */
export type HostArgs = { [Key in keyof ConnectionArgs]: Input<NonNullable<ConnectionArgs[Key]>> } & HypervisorArgs;

/** Limits of migrations to and from the machine. */
export interface HypervisorArgs {
  /**
   * Address that guests' memory is sent to when they move to this host: that of a separate network, if there is one.
   *
   * @default `address`
   */
  migrationAddress?: Input<string>;
  /**
   * Maximum number of guests that leave the host at the same time, moved by whatever stack, 1 to 1000. Others wait.
   *
   * @default 2
   */
  maxOutgoingMigrations?: Input<number>;
  /**
   * Maximum number of guests that move to the host at the same time, moved by whatever stack, 1 to 1000. Others wait.
   *
   * @default 2
   */
  maxIncomingMigrations?: Input<number>;
}

/**
 * A machine that is reached over SSH.
 *
 * `pulumi up` connects to it, verifies its host key and reads the facts below; `pulumi refresh` does so again. An
 * unreachable host is an error, never a deleted resource.
 *
 * @drift facts that have changed, such as the version of libvirt. Nothing is done about them
 * @throws when the host cannot be reached, shows another key than `hostKey` or `knownHosts` has, refuses the login, or
 * asks for a password for sudo
 * @example
 * const hvA = new Host("hv-a", { address: "10.77.0.11" });
 * @example
 * new Host("hv-b", { address: "hv-b.example", user: "admin", hostKey: "SHA256:…", proxyJump: { address: "gate.example" } });
 */
export class Host extends ManagedResource {
  /** Name or IP address of the machine, as given. */
  declare readonly address: Output<string>;
  /** Name that the machine has for itself (hostname(1)). */
  declare readonly hostname: Output<string>;
  /** Operating system, e.g. `Debian GNU/Linux 12 (bookworm)`. */
  declare readonly operatingSystem: Output<string>;
  /** Processor model, as /proc/cpuinfo names it. */
  declare readonly cpuModel: Output<string>;
  /** Number of CPUs that are online. */
  declare readonly cpus: Output<number>;
  /** Size of the memory in MiB, without what the kernel reserves. */
  declare readonly memoryMiB: Output<number>;
  /** Daemon that serves libvirt's QEMU driver; empty when none does. @see https://libvirt.org/daemons.html */
  declare readonly libvirtDaemon: Output<HostFacts["libvirtDaemon"]>;
  /** Version of libvirt, e.g. `9.0.0`; empty without libvirt. */
  declare readonly libvirtVersion: Output<string>;
  /** Version of QEMU that libvirt reports, e.g. `7.2.22`; empty without libvirt. */
  declare readonly qemuVersion: Output<string>;

  /** Name of the resource, which other resources and messages use for the host. */
  readonly name: string;
  /** Connection to the host, as given; already known in the first preview. */
  readonly connection: Inputs;
  /** Limits of migrations, as given. */
  readonly hypervisor: Inputs;

  constructor(name: string, args: HostArgs, options?: CustomResourceOptions) {
    const { migrationAddress, maxOutgoingMigrations, maxIncomingMigrations, ...reach } = args;
    const connection = withSecretKeys(reach);
    const hypervisor = { migrationAddress, maxOutgoingMigrations, maxIncomingMigrations };
    super("Host", name, { ...outputs, ...connection, ...hypervisor }, options, ["privateKey", "passphrase"]);
    this.name = name;
    this.connection = connection;
    this.hypervisor = hypervisor;
  }
}

/** A host as an input of another resource. */
export const namedConnection = ({ name, connection }: Host): Inputs => ({ ...connection, name });

/** The name of an input with a connection, when the connection has or may have a secret; none otherwise. */
export const secretsOf = ({ connection }: Host, input: string): string[] =>
  ["privateKey", "passphrase", "proxyJump"].some((key) => connection[key] !== undefined) ? [input] : [];

/** Several hosts as an input of another resource. */
export const connectionsOf = (hosts: readonly Host[]): Record<string, Inputs> =>
  Object.fromEntries(hosts.map(({ name, connection }) => [name, connection]));

/** The candidates of a guest as an input of another resource. */
export const hypervisorsOf = (hosts: readonly Host[]): Record<string, Inputs> =>
  Object.fromEntries(hosts.map(({ name, connection, hypervisor }) => [name, { ...connection, ...hypervisor }]));

/** Pulumi makes an output of each key that it is given, and only of those. */
const outputs: Record<keyof HostFacts, undefined> = {
  hostname: undefined,
  operatingSystem: undefined,
  cpuModel: undefined,
  cpus: undefined,
  memoryMiB: undefined,
  libvirtDaemon: undefined,
  libvirtVersion: undefined,
  qemuVersion: undefined,
};

/** Keys and passphrases are secrets, whether the program marked them or not; also those of proxy hosts. */
type Reach = Omit<HostArgs, keyof HypervisorArgs>;

function withSecretKeys({ privateKey, passphrase, proxyJump, ...rest }: Reach): Inputs {
  return {
    ...rest,
    ...(privateKey !== undefined && { privateKey: secret(privateKey) }),
    ...(passphrase !== undefined && { passphrase: secret(passphrase) }),
    ...(proxyJump !== undefined && { proxyJump: output(proxyJump).apply((jump) => output(withSecretKeys(jump))) }),
  };
}
