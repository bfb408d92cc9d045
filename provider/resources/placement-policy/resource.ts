/** `PlacementPolicy`: decides which guest goes to which host. Owns nothing on them: DomainPlacements follow it. */
import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { output } from "../../lifecycle/pulumi-sdk";
import type { Domain } from "../domain/resource";
import { connectionsOf, type Host, secretsOf } from "../host/resource";
import { dependingOn, ManagedResource } from "../shared/managed-resource";

/** A guest of a {@link PlacementPolicy}. */
export interface PolicyGuestArgs {
  /** Its definition, which has its memory. */
  domain: Domain;
  /** Name of the host where it is placed first, and to which it returns after maintenance. @default none */
  home?: Input<string>;
  /**
   * What it does when its host goes into maintenance: it moves to another host, is shut down there until maintenance
   * is over (`powerStateOf`), or goes on running there.
   *
   * @default "migrate"
   */
  inMaintenance?: Input<"migrate" | "shutdown" | "stay">;
}

/** A rule of a {@link PlacementPolicy}: one of `apart`, `together`, `on` and `notOn`; the last two with `guests`. */
export interface PolicyRuleArgs {
  /** Names of guests of which no two are on one host. */
  apart?: Input<readonly Input<string>[]>;
  /** Names of guests that are on one host. */
  together?: Input<readonly Input<string>[]>;
  /** Names of the guests that `on` or `notOn` is for. */
  guests?: Input<readonly Input<string>[]>;
  /** Names of the only hosts that the guests may be on. */
  on?: Input<readonly Input<string>[]>;
  /** Names of hosts that the guests may not be on. */
  notOn?: Input<readonly Input<string>[]>;
  /** True: never broken. False: a preference, which moves nothing by itself, and is named when it is broken. @default true */
  strict?: Input<boolean>;
}

/** Inputs of a {@link PlacementPolicy}. */
export interface PlacementPolicyArgs {
  /** All hosts that the guests may be on: the candidates of their placements. All of them have to answer. */
  hosts: readonly Host[];
  /** The guests, by names of their own, which `rules` and `hostOf` use. */
  guests: Readonly<Record<string, PolicyGuestArgs>>;
  /** Memory of a host that no guest may have, in MiB, by the names of the hosts. @default 1024 for each host */
  reserveMiB?: Input<Readonly<Record<string, Input<number>>>>;
  /** What has to be so, or had better be. @default none */
  rules?: Input<readonly Input<PolicyRuleArgs>[]>;
  /** Names of the hosts that are to be drained. Nothing is placed there. @default none */
  maintenance?: Input<readonly Input<string>[]>;
  /**
   * What guests do that maintenance has driven away, once it is over: they return to their `home`, or else to the host
   * that they had to leave, the first one of several; or they stay where they are.
   *
   * @default "return"
   */
  whenBack?: Input<"return" | "stay">;
}

/**
 * Decides which guest goes to which host, for `DomainPlacement`s that follow it. A host goes into maintenance by one
 * changed line, and the preview has each move with its reason.
 *
 * A guest that satisfies the strict rules stays where it is, also when somebody has moved it by hand; a refresh reports
 * where it is, and nothing moves back. As few guests move as the strict rules, maintenance and the hosts' memory allow.
 *
 * @drift where guests are and how much memory the hosts have. Guests that satisfy the strict rules stay where they are; for others
 * the next preview has a move, with its reason
 * @throws in the preview, when a host does not answer, and when a strict rule or the memory of a guest leaves no host;
 * the message says what each host lacks
 * @see docs/placement-policy.md
 * @example
 * const policy = new PlacementPolicy("fleet", {
 *   hosts: [hvA, hvB, hvC],
 *   guests: { web: { domain: web, home: "hv-a" }, db: { domain: db } },
 *   rules: [{ apart: ["web", "db"] }],
 *   maintenance: ["hv-a"],
 * });
 * new DomainPlacement("web", { domain: web, host: policy.hostOf("web"), candidates: [hvA, hvB, hvC] });
 */
export class PlacementPolicy extends ManagedResource {
  /** Names of hosts, by the names of the guests. */
  declare readonly placements: Output<Record<string, string>>;
  /** States for `powerState` of the placements, by the names of the guests. */
  declare readonly powerStates: Output<Record<string, "running" | "shut off">>;
  /** Why each guest has its host, in words, by the names of the guests. */
  declare readonly reasons: Output<Record<string, string>>;
  /** Hosts that guests had to leave for maintenance, and have not come back to, by the names of the guests. */
  declare readonly origins: Output<Record<string, string>>;
  /** Preferences that are broken, in words. */
  declare readonly brokenPreferences: Output<string[]>;
  /** What the hosts have said: their memory, that of guests which are not of this policy, and where its guests are. */
  declare readonly found: Output<{
    /** By the names of the hosts. */
    hosts: Record<
      string,
      {
        /** Memory of the host, in MiB. */
        memoryMiB: number;
        /** Memory of guests that are not of this policy, in MiB. */
        othersMiB: number;
      }
    >;
    /** Names of hosts, by the names of the guests. */
    places: Record<string, string>;
  }>;
  /**
   * For each host in maintenance whether no guest at all runs there, also of other stacks and made by hand; as the last
   * refresh has seen it, or an update of the policy, which comes before its moves.
   */
  declare readonly maintenanceComplete: Output<Record<string, boolean>>;
  /** Guests that run on each host in maintenance, whosever they are. */
  declare readonly remaining: Output<Record<string, string[]>>;

  private readonly guestNames: readonly string[];

  constructor(name: string, { hosts, guests, ...args }: PlacementPolicyArgs, options?: CustomResourceOptions) {
    const sent = Object.entries(guests).map(([guest, { domain, ...rest }]) => [
      guest,
      { uuid: domain.uuid, name: domain.name, definition: domain.definition, ...rest },
    ]);
    const inputs = { ...outputs, ...args, hosts: connectionsOf(hosts), guests: Object.fromEntries(sent) };
    const secrets = hosts.flatMap((host) => secretsOf(host, "hosts"));
    super("PlacementPolicy", name, inputs, dependingOn(hosts, options), secrets);
    this.guestNames = Object.keys(guests);
  }

  /**
   * Name of the host for a guest: `host` of its DomainPlacement.
   *
   * @throws when it is none of `guests`
   */
  hostOf(guest: string): Output<string> {
    this.requireGuest(guest);
    return output(this.placements).apply((placements) => placements?.[guest] ?? "");
  }

  /**
   * `powerState` of a guest's DomainPlacement: `shut off` while its host is in maintenance, when `inMaintenance` is
   * `shutdown`.
   *
   * @throws when it is none of `guests`
   */
  powerStateOf(guest: string): Output<"running" | "shut off"> {
    this.requireGuest(guest);
    return output(this.powerStates).apply((states) => states?.[guest] ?? "running");
  }

  private requireGuest(guest: string): void {
    if (!this.guestNames.includes(guest))
      throw new Error(
        `The PlacementPolicy has no guest ${JSON.stringify(guest)}. Its guests: ${this.guestNames.join(", ")}.`,
      );
  }
}

/** Pulumi makes an output of each key that it is given, and only of those. */
const outputs = {
  placements: undefined,
  powerStates: undefined,
  reasons: undefined,
  origins: undefined,
  brokenPreferences: undefined,
  found: undefined,
  maintenanceComplete: undefined,
  remaining: undefined,
};
