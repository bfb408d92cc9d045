/**
 * `MigrationFirewall`: the TCP ports that migrations need, open on each of several hypervisors for the others only: rules of
 * nftables with a comment of its own, or a policy of firewalld. Never changes anybody else's rule, chain or zone.
 */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { MigrationArgs } from "../domain-placement/migration-args";
import { type Host, hypervisorsOf, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";
import type { PortRangeArgs } from "../shared/port-range-args";

/** Inputs of a {@link MigrationFirewall}. */
export interface MigrationFirewallArgs {
  /** The hypervisors on which ports are opened, each for all others and for `peers`. */
  hosts: readonly Host[];
  /** Hypervisors that may connect to `hosts`, and whose own rules are left alone. @default [] */
  peers?: readonly Host[];
  /**
   * The ways in which guests move: `migration` of each DomainPlacement, or one of each kind. They and qemu.conf of each
   * host say which ports those are.
   *
   * @default one move with all defaults: ports 16514 and 49152-49215
   */
  migrations?: Input<Input<MigrationArgs>[]>;
  /** More TCP ports, such as `migration.ports` of a QemuGuest. @default [] */
  ports?: Input<Input<PortRangeArgs>[]>;
}

/**
 * Opens the ports for migrations in nftables or firewalld, for the other hosts only.
 *
 * What was there is left as it is, and deleting this resource takes away what it has added. A host where nothing refuses
 * the connections gets no rule.
 *
 * @drift rules that are missing, changed or not in force, and what is left on a host that is no longer one of `hosts`. The next
 * `pulumi up` opens the ports again
 * @throws where ufw or iptables filters, with the commands for it, and where firewalld would lose changes
 * @see docs/firewall.md
 * @example
 * new MigrationFirewall("ports", { hosts: [hvA, hvB] });
 * @example
 * new MigrationFirewall("ports", { hosts: [hvA, hvB], migrations: [{ uri: "qemu+ssh", data: "tunnelled" }] });
 */
export class MigrationFirewall extends ManagedResource {
  /** Id of its rules on the hosts: their comment is `pulumi-kvm-live:` and this. */
  declare readonly firewallId: Output<string>;
  /** What filters on each host, by its name: `nftables`, `firewalld` …, `none`. */
  declare readonly firewalls: Output<Record<string, string>>;
  /** The rules that open the ports on each host, by its name, in the words of what filters there. */
  declare readonly rules: Output<Record<string, string[]>>;
  /** Why a reboot takes the rules of a host away, by its name; hosts where they stay are left out. */
  declare readonly untilReboot: Output<Record<string, string>>;

  constructor(name: string, { hosts, peers = [], ...rest }: MigrationFirewallArgs, options?: CustomResourceOptions) {
    const inputs = { ...rest, hosts: hypervisorsOf(hosts), peers: hypervisorsOf(peers) };
    const secrets = [
      ...new Set([
        ...hosts.flatMap((one) => secretsOf(one, "hosts")),
        ...peers.flatMap((one) => secretsOf(one, "peers")),
      ]),
    ];
    super("MigrationFirewall", name, { ...outputs, ...inputs }, dependingOn([...hosts, ...peers], options), secrets);
  }
}

/** Pulumi makes an output of each key that it is given, and only of those. */
const outputs = { firewallId: undefined, firewalls: undefined, rules: undefined, untilReboot: undefined };
