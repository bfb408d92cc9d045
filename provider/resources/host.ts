/** `Host`: a verified way to reach one machine, and what kind of machine it is. Owns nothing on it. */
import type { CustomResourceOptions, Input, Inputs, Output } from "@pulumi/pulumi";
import type { ConnectionArgs } from "../host/connection-args";
import type { HostFacts } from "../libvirt/host-facts";
import { output, secret } from "../lifecycle/pulumi-sdk";
import { ManagedResource } from "./managed-resource";

/** How the machine is reached: each field as in {@link ConnectionArgs}, or an output of another resource. */
export type HostArgs = { [Key in keyof ConnectionArgs]: Input<NonNullable<ConnectionArgs[Key]>> } & HypervisorArgs;

/** What migrations to and from the machine keep to. */
export interface HypervisorArgs {
  /**
   * Where the memory of guests is sent to when they move to it, if it has a network for that.
   *
   * @default `address`
   */
  migrationAddress?: Input<string>;
  /** How many guests leave it at a time; others wait. Kept within one run of Pulumi. @default 2 */
  maxOutgoingMigrations?: Input<number>;
  /** How many guests come to it at a time; others wait. Kept within one run of Pulumi. @default 2 */
  maxIncomingMigrations?: Input<number>;
}

/**
 * A machine that is reached over SSH.
 *
 * `pulumi up` connects to it, verifies its key and finds out its facts; `pulumi refresh` does so again. An unreachable
 * host is an error, never a deleted resource.
 *
 * @example
 * const hvA = new Host("hv-a", { address: "10.77.0.11" });
 * @example
 * new Host("hv-b", { address: "hv-b.example", user: "admin", hostKey: "SHA256:…", proxyJump: { address: "gate.example" } });
 */
export class Host extends ManagedResource {
  declare readonly address: Output<string>;
  declare readonly hostname: Output<string>;
  declare readonly operatingSystem: Output<string>;
  declare readonly cpuModel: Output<string>;
  declare readonly cpus: Output<number>;
  declare readonly memoryMiB: Output<number>;
  declare readonly libvirtDaemon: Output<HostFacts["libvirtDaemon"]>;
  declare readonly libvirtVersion: Output<string>;
  declare readonly qemuVersion: Output<string>;

  /** The name that the program gave to it; other resources and messages call it so. */
  readonly name: string;
  /** How it is reached: known in the first preview already, since it is what the program wrote. */
  readonly connection: Inputs;
  /** What migrations keep to. */
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

/** One host as an input of another resource. */
export const namedConnection = ({ name, connection }: Host): Inputs => ({ ...connection, name });

/** The name of an input that holds a connection, when that holds a secret or may do so; none otherwise. */
export const secretsOf = ({ connection }: Host, input: string): string[] =>
  ["privateKey", "passphrase", "proxyJump"].some((key) => connection[key] !== undefined) ? [input] : [];

/** Several hosts as an input of another resource. */
export const connectionsOf = (hosts: readonly Host[]): Record<string, Inputs> =>
  Object.fromEntries(hosts.map(({ name, connection }) => [name, connection]));

/** Several hosts between which guests move. */
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

/** Keys and passphrases are secrets, whether the program marked them or not; also those of the hosts on the way. */
type Reach = Omit<HostArgs, keyof HypervisorArgs>;

function withSecretKeys({ privateKey, passphrase, proxyJump, ...rest }: Reach): Inputs {
  return {
    ...rest,
    ...(privateKey !== undefined && { privateKey: secret(privateKey) }),
    ...(passphrase !== undefined && { passphrase: secret(passphrase) }),
    ...(proxyJump !== undefined && { proxyJump: output(proxyJump).apply((jump) => output(withSecretKeys(jump))) }),
  };
}
